package io.stoa.room.live;

import static io.stoa.protocol.livekit.SignalResponse.MessageCase.LEAVE;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.SUBSCRIPTION_RESPONSE;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.media.PeerListener.SubscriptionEvent;
import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.protocol.livekit.LeaveRequest;
import io.stoa.protocol.livekit.MuteTrackRequest;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SignalResponse.MessageCase;
import io.stoa.protocol.livekit.SubscriptionError;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Spec 4.6, 5.8: tracks that were announced and do not come, subscriptions that the client does not take. Looked for every 5 s. */
class OverdueTest {
    private static final long LOOK = Subscriptions.CHECK_MILLIS;
    private Rig rig = new Rig();

    @AfterEach
    void close() {
        rig.close();
    }

    private static String announces(Client client, boolean muted) {
        client.send(SignalRequest.newBuilder().setAddTrack(Client.camera("camera").setMuted(muted)));
        return client.last(MessageCase.TRACK_PUBLISHED).getTrackPublished().getTrack().getSid();
    }

    private static void mutes(Client client, String sid, boolean muted) {
        client.send(SignalRequest.newBuilder().setMute(MuteTrackRequest.newBuilder().setSid(sid).setMuted(muted)));
    }

    private static void isToReconnect(Client client) {
        assertThat(client.leave().getAction()).isEqualTo(LeaveRequest.Action.RECONNECT);
        assertThat(client.leave().getReason()).isEqualTo(DisconnectReason.STATE_MISMATCH);
    }

    @Test
    void a_track_that_does_not_come_within_thirty_seconds_is_a_reason_to_reconnect_if_configured() {
        rig.reconnectOnPublicationError = true;
        Client ann = rig.single("ann");
        announces(ann, false);
        rig.advance(Publications.MEDIA_MILLIS - 1);
        assertThat(ann.wasTold(LEAVE)).isFalse();
        rig.advance(LOOK);
        isToReconnect(ann);
    }

    @Test
    void one_that_comes_in_time_is_none() {
        rig.reconnectOnPublicationError = true;
        Client ann = rig.single("ann");
        announces(ann, false);
        rig.advance(Publications.MEDIA_MILLIS - 1);
        ann.publisher.media("camera", "video/VP8");
        rig.advance(120_000);
        assertThat(ann.wasTold(LEAVE)).isFalse();
    }

    @Test
    void while_it_is_muted_it_may_take_its_time() {
        rig.reconnectOnPublicationError = true;
        Client ann = rig.single("ann");
        String camera = announces(ann, true);
        rig.advance(120_000);
        mutes(ann, camera, false);
        rig.advance(Publications.MEDIA_MILLIS - 1);
        mutes(ann, camera, true);
        rig.advance(120_000);
        assertThat(ann.wasTold(LEAVE)).isFalse();
        mutes(ann, camera, false);
        rig.advance(Publications.MEDIA_MILLIS + LOOK);
        isToReconnect(ann);
    }

    @Test
    void by_default_it_stays_announced() {
        Client ann = rig.single("ann");
        announces(ann, false);
        rig.advance(120_000);
        assertThat(ann.wasTold(LEAVE)).isFalse();
        ann.publisher.media("camera", "video/VP8");
        assertThat(rig.room().member("ann").publications().infos()).hasSize(1);
    }

    @Test
    void a_subscription_that_is_not_taken_within_fifteen_seconds_is_told_once() {
        Client bob = rig.dual("bob");
        String camera = rig.single("ann").publishesCamera();
        rig.advance(Subscriptions.UNBOUND_MILLIS - 1);
        assertThat(bob.wasTold(SUBSCRIPTION_RESPONSE)).isFalse();
        rig.advance(120_000);
        assertThat(bob.all(SUBSCRIPTION_RESPONSE)).singleElement().satisfies(it -> {
            assertThat(it.getSubscriptionResponse().getTrackSid()).isEqualTo(camera);
            assertThat(it.getSubscriptionResponse().getErr()).isEqualTo(SubscriptionError.SE_UNKNOWN);
        });
        assertThat(bob.wasTold(LEAVE)).isFalse();
    }

    @Test
    void one_that_is_taken_or_cannot_be_is_not() {
        Client bob = rig.dual("bob");
        Client ann = rig.single("ann");
        String camera = ann.publishesCamera();
        String mic = ann.publishesMicrophone();
        rig.advance(Subscriptions.UNBOUND_MILLIS - 1);
        bob.subscriber.bound(camera);
        bob.subscriber.listener.subscription(mic, SubscriptionEvent.CODEC_UNSUPPORTED, "");
        rig.advance(120_000);
        assertThat(bob.all(SUBSCRIPTION_RESPONSE)).hasSize(1);
        assertThat(bob.last(SUBSCRIPTION_RESPONSE).getSubscriptionResponse().getErr()).isEqualTo(SubscriptionError.SE_CODEC_UNSUPPORTED);
    }

    @Test
    void the_time_for_a_subscription_begins_when_its_client_can_negotiate() {
        rig.reconnectOnSubscriptionError = true;
        rig.single("ann").publishesCamera();
        Client bob = rig.dual("bob");
        rig.advance(10_000);
        bob.session.signalClosed();
        rig.advance(30_000);
        Client again = bob.resume();
        rig.advance(Subscriptions.UNBOUND_MILLIS - LOOK);
        assertThat(again.wasTold(LEAVE)).isFalse();
        rig.advance(2 * LOOK);
        assertThat(again.wasTold(SUBSCRIPTION_RESPONSE)).isTrue();
        isToReconnect(again);
    }

    @Test
    void time_goes_on_under_another_room_manager() {
        Client bob = rig.dual("bob");
        Client ann = rig.single("ann");
        ann.publishesMicrophone();
        announces(ann, false);
        rig.advance(10_000);
        rig.leave();
        rig = rig.next();
        rig.reconnectOnPublicationError = true;
        ann.follows(rig);
        bob.follows(rig);
        rig.advance(4_999);
        assertThat(bob.wasTold(SUBSCRIPTION_RESPONSE)).isFalse();
        rig.advance(LOOK + 1);
        assertThat(bob.wasTold(SUBSCRIPTION_RESPONSE)).isTrue();
        assertThat(ann.wasTold(LEAVE)).isFalse();
        rig.advance(15_000);
        isToReconnect(ann);
    }
}
