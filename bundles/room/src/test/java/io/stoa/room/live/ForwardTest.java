package io.stoa.room.live;

import static io.stoa.protocol.livekit.SignalResponse.MessageCase.CONNECTION_QUALITY;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.JOIN;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.SPEAKERS_CHANGED;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.auth.Claims;
import io.stoa.auth.KeyProvider;
import io.stoa.auth.VideoGrant;
import io.stoa.media.DataLane;
import io.stoa.protocol.livekit.MuteTrackRequest;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.ParticipantInfo.KindDetail;
import io.stoa.protocol.livekit.ParticipantInfo.State;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SubscriptionPermission;
import io.stoa.protocol.livekit.UpdateParticipantRequest;
import io.stoa.room.RoomException.Code;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** ForwardParticipant: one is shown in another room as well. */
class ForwardTest {
    private static final String HALL = "hall";

    private final Rig rig = new Rig();

    @AfterEach
    void close() {
        rig.close();
    }

    private Client inHall(String identity) {
        return rig.client(identity).with(start -> start.setRoomName(HALL)).claiming(Claims.of(identity, VideoGrant.join(HALL))).join().connected();
    }

    private ActiveRoom hall() {
        return (ActiveRoom) rig.rooms.room(HALL).orElseThrow();
    }

    private void forward(String identity) {
        Rig.ok(() -> {
            rig.room().forwardParticipant(identity, HALL);
            return null;
        });
    }

    private static Code refused(Rig.Call<?> call) {
        return Rig.refused(call).code();
    }

    @Test
    void it_stays_and_is_seen_there_as_what_it_is() {
        Client ann = rig.client("ann").claiming(Claims.of("ann", VideoGrant.join(Rig.ROOM)).with("Ann", "about Ann", Map.of("a", "b"), VideoGrant.join(Rig.ROOM)))
                .join().connected();
        String camera = ann.publishesCamera();
        Client bob = rig.dual("bob");
        Client cid = inHall("cid");
        bob.forget();
        forward("ann");

        ParticipantInfo shown = cid.about("ann");
        assertThat(shown.getState()).isEqualTo(State.ACTIVE);
        assertThat(shown.getKindDetailsList()).containsExactly(KindDetail.FORWARDED);
        assertThat(shown.getName()).isEqualTo("Ann");
        assertThat(shown.getMetadata()).isEqualTo("about Ann");
        assertThat(shown.getAttributesMap()).containsEntry("a", "b");
        assertThat(shown.getTracksList()).extracting(t -> t.getSid()).containsExactly(camera);
        assertThat(shown.getSid()).as("another participant").isNotEqualTo(ann.sid());
        assertThat(cid.subscriber.subscriptions.get(camera).streamId()).isEqualTo(shown.getSid() + "|" + camera);
        assertThat(bob.about("ann")).as("the old room sees nothing of it").isNull();
        assertThat(bob.subscriber.subscriptions).containsKey(camera);
        Rig.await(() -> rig.store.participant(HALL, "ann").isPresent());
        assertThat(rig.events).endsWith("ann joined", "ann published CAMERA");
        assertThat(inHall("dan").subscriber.subscriptions).as("and for whoever comes later").containsKey(camera);
    }

    @Test
    void it_is_followed() {
        Client ann = rig.dual("ann");
        Client cid = inHall("cid");
        forward("ann");
        String microphone = ann.publishesMicrophone();
        assertThat(cid.subscriber.subscriptions).containsKey(microphone);
        ann.send(SignalRequest.newBuilder().setMute(MuteTrackRequest.newBuilder().setSid(microphone).setMuted(true)));
        assertThat(cid.track("ann", microphone).getMuted()).isTrue();
        ann.send(SignalRequest.newBuilder().setMute(MuteTrackRequest.newBuilder().setSid(microphone).setMuted(false)));
        Rig.ok(() -> rig.room().updateParticipant(UpdateParticipantRequest.newBuilder().setIdentity("ann").setName("Anna").build()));
        assertThat(cid.about("ann").getName()).isEqualTo("Anna");
        assertThat(cid.about("ann").getKindDetailsList()).containsExactly(KindDetail.FORWARDED);

        ann.publisher.levels.put(microphone, 0.5);
        rig.advance(500);
        assertThat(cid.last(SPEAKERS_CHANGED).getSpeakersChanged().getSpeakers(0).getSid()).isEqualTo(cid.about("ann").getSid());
        rig.advance(6_000);
        assertThat(cid.wasTold(CONNECTION_QUALITY)).isTrue();

        ann.send(SignalRequest.newBuilder().setSubscriptionPermission(SubscriptionPermission.newBuilder()));
        assertThat(cid.subscriber.subscriptions).as("it permits nobody").doesNotContainKey(microphone);
        ann.send(SignalRequest.newBuilder().setSubscriptionPermission(SubscriptionPermission.newBuilder().setAllParticipants(true)));
        assertThat(cid.subscriber.subscriptions).containsKey(microphone);

        ann.publisher.listener.unpublished(microphone);
        assertThat(cid.about("ann").getTracksList()).isEmpty();
        assertThat(cid.subscriber.subscriptions).doesNotContainKey(microphone);
        ann.leaves();
        assertThat(cid.stateOf("ann")).isEqualTo(State.DISCONNECTED);
        assertThat(hall().participants()).extracting(ParticipantInfo::getIdentity).containsExactly("cid");
    }

    @Test
    void it_ends_where_it_is_shown_and_the_participant_goes_on() {
        Client ann = rig.dual("ann");
        String camera = ann.publishesCamera();
        Client bob = rig.dual("bob");
        Client cid = inHall("cid");
        forward("ann");
        Rig.ok(() -> {
            hall().removeParticipant("ann");
            return null;
        });
        assertThat(cid.stateOf("ann")).isEqualTo(State.DISCONNECTED);
        assertThat(cid.subscriber.subscriptions).doesNotContainKey(camera);
        assertThat(bob.subscriber.subscriptions).containsKey(camera);
        assertThat(ann.publisher.closed).isFalse();
        assertThat(ann.publisher.unpublished).isEmpty();
        ann.publishesMicrophone();
        assertThat(hall().participants()).hasSize(1);
        forward("ann");
        assertThat(cid.stateOf("ann")).isEqualTo(State.ACTIVE);
        assertThat(cid.about("ann").getTracksList()).hasSize(2);
    }

    @Test
    void it_ends_with_the_room_and_when_the_participant_itself_comes() {
        Client ann = rig.dual("ann");
        String camera = ann.publishesCamera();
        Client cid = inHall("cid");
        forward("ann");
        Client also = inHall("ann");
        assertThat(also.wasTold(JOIN)).isTrue();
        assertThat(cid.about("ann").getKindDetailsList()).isEmpty();
        assertThat(cid.subscriber.subscriptions).doesNotContainKey(camera);
        also.leaves();
        forward("ann");
        Rig.ok(() -> {
            hall().delete();
            return null;
        });
        assertThat(ann.publisher.closed).isFalse();
        assertThat(rig.room().participants()).hasSize(1);
    }

    @Test
    void it_ends_when_the_participant_moves() {
        rig.rooms.keys = new KeyProvider() {
            @Override
            public Optional<String> secret(String key) {
                return Optional.of("secret");
            }

            @Override
            public Optional<String> firstKey() {
                return Optional.of("key");
            }
        };
        rig.dual("ann");
        Client cid = inHall("cid");
        forward("ann");
        Rig.ok(() -> {
            rig.room().moveParticipant("ann", "attic");
            return null;
        });
        assertThat(cid.stateOf("ann")).isEqualTo(State.DISCONNECTED);
    }

    @Test
    void who_is_shown_only_can_neither_be_asked_nor_changed() {
        Client ann = rig.dual("ann");
        String camera = ann.publishesCamera();
        Client cid = inHall("cid");
        forward("ann");
        assertThat(refused(() -> hall().mutePublishedTrack("ann", camera, true))).isEqualTo(Code.FAILED_PRECONDITION);
        assertThat(refused(() -> hall().updateParticipant(UpdateParticipantRequest.newBuilder().setIdentity("ann").build()))).isEqualTo(Code.FAILED_PRECONDITION);
        assertThat(refused(() -> {
            hall().moveParticipant("ann", "attic");
            return null;
        })).isEqualTo(Code.FAILED_PRECONDITION);
        assertThat(refused(() -> {
            rig.room().forwardParticipant("ann", HALL);
            return null;
        })).isEqualTo(Code.ALREADY_EXISTS);
        assertThat(refused(() -> {
            rig.room().forwardParticipant("ann", Rig.ROOM);
            return null;
        })).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(refused(() -> {
            rig.room().forwardParticipant("nobody", HALL);
            return null;
        })).isEqualTo(Code.NOT_FOUND);
        assertThat(ann.publisher.muted).containsEntry(camera, false);
        cid.sends(DataLane.RELIABLE, Client.packet("can you hear me?"));
        assertThat(ann.received(DataLane.RELIABLE)).as("data stays in its room").isEmpty();
    }
}
