package io.stoa.room.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.media.PeerSpec.Playout;
import io.stoa.protocol.livekit.AddTrackRequest;
import io.stoa.protocol.livekit.PlayoutDelay;
import io.stoa.protocol.livekit.RoomInternal;
import io.stoa.protocol.livekit.TrackSource;
import io.stoa.protocol.livekit.TrackType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Spec 6.13: what rooms want of playing, and whom they ask for it. */
class PlayoutTest {
    private Rig rig = new Rig();

    @AfterEach
    void close() {
        rig.close();
    }

    private void room(boolean delayed, boolean sync) {
        PlayoutDelay delay = PlayoutDelay.newBuilder().setEnabled(delayed).setMin(100).setMax(2_000).build();
        rig.internal = RoomInternal.newBuilder().setPlayoutDelay(delay).setSyncStreams(sync).build();
    }

    private Client client(String browser, int protocol) {
        return rig.client("bob").with(start -> {
            start.getClientBuilder().setBrowser(browser).setProtocol(protocol);
            return start;
        }).join().connected();
    }

    @ParameterizedTest
    @CsvSource({
        "false, false, chrome, 17, false, false",
        "true, false, chrome, 17, true, false",
        "true, true, chrome, 17, true, true",
        "false, true, chrome, 17, false, true",
        "true, false, firefox, 17, true, false",
        "true, true, firefox, 17, false, false",
        "true, true, chrome, 9, true, false",
        "true, true, chrome, 10, true, true",
    })
    void who_is_asked_for_what(boolean roomDelays, boolean roomSyncs, String browser, int protocol, boolean delayed, boolean together) {
        room(roomDelays, roomSyncs);
        Client ann = rig.single("ann");
        Client bob = client(browser, protocol);
        String mic = ann.publishesMicrophone();
        assertThat(bob.subscriber.spec.playout()).isEqualTo(new Playout(delayed, delayed ? 100 : 0, delayed ? 2_000 : 0, together));
        assertThat(bob.subscriber.subscriptions.get(mic).streamId()).isEqualTo(ann.sid() + "|" + (together ? "camera" : mic));
    }

    @Test
    void what_belongs_together_shares_a_stream_also_after_another_manager_took_over() {
        room(false, true);
        Client ann = rig.single("ann");
        Client bob = client("chrome", 17);
        String mic = ann.publishesMicrophone();
        String camera = ann.publishesCamera();
        rig.leave();
        rig = rig.next();
        ann.follows(rig);
        bob.follows(rig);
        String screen = ann.publishes(track("s", TrackType.VIDEO, TrackSource.SCREEN_SHARE, ""), "video/VP8");
        String sound = ann.publishes(track("sa", TrackType.AUDIO, TrackSource.SCREEN_SHARE_AUDIO, ""), "audio/opus");
        String named = ann.publishes(track("n", TrackType.VIDEO, TrackSource.UNKNOWN, "stage-left"), "video/VP8");
        assertThat(stream(bob, mic)).isEqualTo(ann.sid() + "|camera").isEqualTo(stream(bob, camera));
        assertThat(stream(bob, screen)).isEqualTo(ann.sid() + "|screen").isEqualTo(stream(bob, sound));
        assertThat(stream(bob, named)).isEqualTo(ann.sid() + "|stage-left");
        assertThat(bob.subscriber.subscriptions.get(screen).bursty()).isTrue();
        assertThat(bob.subscriber.subscriptions.get(camera).bursty()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"'two words'", "'a=b\r\na=x'", "ü", "'a\"b'", "'comma,'", "'a234567890b234567890c234567890d234567890e234567890f234567890'"})
    void a_name_that_no_description_can_carry_groups_nothing(String name) {
        room(false, true);
        Client ann = rig.single("ann");
        Client bob = client("chrome", 17);
        String sid = ann.publishes(track("c", TrackType.VIDEO, TrackSource.CAMERA, name), "video/VP8");
        assertThat(stream(bob, sid)).isEqualTo(ann.sid() + "|" + sid);
    }

    private static String stream(Client client, String trackSid) {
        return client.subscriber.subscriptions.get(trackSid).streamId();
    }

    private static AddTrackRequest.Builder track(String cid, TrackType type, TrackSource source, String stream) {
        return AddTrackRequest.newBuilder().setCid(cid).setType(type).setSource(source).setStream(stream);
    }
}
