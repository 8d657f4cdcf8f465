package io.stoa.room.live;

import static io.stoa.protocol.livekit.SignalResponse.MessageCase.LEAVE;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.RECONNECT;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.protocol.livekit.LeaveRequest;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.ParticipantInfo.State;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A page that has vanished is gone after 10 s, of which connections need 8 to say that they get no answer; whoever still has signalling has
 * 30 s for another network.
 */
class AnsweringTest {
    private static final long NOTICED = 8_000;
    private static final long FAILED = 30_000;

    private Rig rig = new Rig();
    private final Client ann = rig.single("ann");

    @AfterEach
    void close() {
        rig.close();
    }

    private Client bob(boolean onePeerConnection) {
        return onePeerConnection ? rig.single("bob") : rig.dual("bob");
    }

    private static void silent(Client client) {
        client.publisher.silent();
        if (client.subscriber != client.publisher) client.subscriber.silent();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_vanished_page_is_gone_after_ten_seconds(boolean onePeerConnection) {
        Client bob = bob(onePeerConnection);
        bob.session.signalClosed();
        rig.advance(NOTICED);
        silent(bob);
        rig.advance(1_999);
        assertThat(ann.stateOf("bob")).isEqualTo(State.ACTIVE);
        rig.advance(1);
        assertThat(ann.stateOf("bob")).isEqualTo(State.DISCONNECTED);
        assertThat(ann.about("bob").getDisconnectReason()).isEqualTo(DisconnectReason.CONNECTION_TIMEOUT);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void who_still_has_signalling_is_given_thirty_seconds(boolean onePeerConnection) {
        Client bob = bob(onePeerConnection);
        rig.advance(NOTICED);
        silent(bob);
        rig.advance(FAILED - NOTICED - 1);
        bob.publisher.connected();
        bob.subscriber.connected();
        rig.advance(120_000);
        assertThat(ann.stateOf("bob")).isEqualTo(State.ACTIVE);
        assertThat(bob.wasTold(LEAVE)).isFalse();
    }

    @Test
    void then_it_may_resume_for_five_seconds_and_is_gone() {
        Client bob = rig.single("bob");
        silent(bob);
        rig.advance(FAILED - NOTICED);
        bob.publisher.failed();
        assertThat(bob.leave().getAction()).isEqualTo(LeaveRequest.Action.RESUME);
        rig.advance(4_999);
        assertThat(ann.stateOf("bob")).isEqualTo(State.ACTIVE);
        rig.advance(1);
        assertThat(ann.stateOf("bob")).isEqualTo(State.DISCONNECTED);
    }

    /** The alert that closes its media overtakes the word of it. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void who_meant_to_leave_is_gone_at_once(boolean closed) {
        Client bob = rig.single("bob");
        if (closed) bob.publisher.closedByClient();
        else bob.publisher.failed();
        bob.session.receive(SignalRequest.newBuilder().setLeave(LeaveRequest.newBuilder().setReason(DisconnectReason.CLIENT_INITIATED)).build());
        rig.advance(0);
        assertThat(ann.stateOf("bob")).isEqualTo(State.DISCONNECTED);
        assertThat(ann.about("bob").getDisconnectReason()).isEqualTo(DisconnectReason.CLIENT_INITIATED);
    }

    @Test
    void who_closes_its_media_and_says_nothing_is_asked_to_come_back_a_second_later() {
        Client bob = rig.single("bob");
        bob.publisher.closedByClient();
        rig.advance(999);
        assertThat(bob.wasTold(LEAVE)).isFalse();
        rig.advance(1);
        assertThat(bob.leave().getAction()).isEqualTo(LeaveRequest.Action.RESUME);
        rig.advance(5_000);
        assertThat(ann.stateOf("bob")).isEqualTo(State.DISCONNECTED);
    }

    @Test
    void who_has_closed_both_is_gone_within_a_second() {
        Client bob = rig.single("bob");
        bob.publisher.closedByClient();
        bob.session.signalClosed();
        rig.advance(1_000);
        assertThat(ann.stateOf("bob")).isEqualTo(State.DISCONNECTED);
    }

    /** It cannot say whether it leaves or begins anew, and is then the same to everybody else. */
    @Test
    void who_closes_its_media_without_signalling_has_some_seconds_to_be_back() {
        Client bob = rig.single("bob");
        bob.session.signalClosed();
        bob.publisher.closedByClient();
        rig.advance(4_999);
        rig.single("bob");
        rig.advance(10_000);
        assertThat(ann.told.stream().flatMap(told -> told.getUpdate().getParticipantsList().stream())).noneMatch(info -> info.getState() == State.DISCONNECTED);

        Client cid = rig.single("cid");
        cid.session.signalClosed();
        cid.publisher.closedByClient();
        rig.advance(5_000);
        assertThat(ann.stateOf("cid")).isEqualTo(State.DISCONNECTED);
    }

    @Test
    void a_resume_or_an_answer_in_time_shows_that_somebody_is_there() {
        Client bob = rig.single("bob");
        bob.session.signalClosed();
        silent(bob);
        rig.advance(1_999);
        bob.publisher.connected();
        rig.advance(10_000);
        silent(bob);
        rig.advance(1_999);
        Client again = bob.resume();
        assertThat(again.wasTold(RECONNECT)).isTrue();
        rig.advance(20_000);
        assertThat(ann.stateOf("bob")).isEqualTo(State.ACTIVE);
        again.session.signalClosed();
        rig.advance(4_999);
        assertThat(ann.stateOf("bob")).isEqualTo(State.ACTIVE);
        rig.advance(1);
        assertThat(ann.stateOf("bob")).isEqualTo(State.DISCONNECTED);
    }

    @Test
    void who_closes_the_signalling_of_the_network_that_it_has_left_has_time_to_resume() {
        Client bob = rig.single("bob");
        silent(bob);
        rig.advance(15_000);
        bob.session.signalClosed();
        rig.advance(4_999);
        assertThat(bob.resume().wasTold(RECONNECT)).isTrue();
    }

    @Test
    void one_connection_that_answers_is_enough() {
        Client bob = rig.dual("bob");
        bob.session.signalClosed();
        bob.subscriber.silent();
        rig.advance(30_000);
        assertThat(ann.stateOf("bob")).isEqualTo(State.ACTIVE);
        bob.publisher.silent();
        rig.advance(Answering.VANISHED_MILLIS);
        assertThat(ann.stateOf("bob")).isEqualTo(State.DISCONNECTED);
    }

    @Test
    void a_connection_that_never_was_is_not_waited_for() {
        Client cy = rig.client("cy").join();
        cy.answer();
        cy.subscriber.connected();
        cy.session.signalClosed();
        cy.subscriber.silent();
        rig.advance(Answering.VANISHED_MILLIS);
        assertThat(ann.stateOf("cy")).isEqualTo(State.DISCONNECTED);
    }

    @Test
    void the_next_room_manager_knows_who_does_not_answer() {
        Client bob = rig.dual("bob");
        Client cy = rig.dual("cy");
        bob.session.signalClosed();
        cy.session.signalClosed();
        silent(bob);
        cy.publisher.silent();
        rig.leave();
        rig = rig.next();
        ann.follows(rig);
        rig.advance(Answering.VANISHED_MILLIS);
        assertThat(ann.stateOf("bob")).isEqualTo(State.DISCONNECTED);
        assertThat(ann.stateOf("cy")).isEqualTo(State.ACTIVE);
        cy.subscriber.silent();
        rig.advance(Answering.VANISHED_MILLIS);
        assertThat(ann.stateOf("cy")).isEqualTo(State.DISCONNECTED);
    }
}
