package io.stoa.room.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.media.DataLane;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.SignalResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Spec 5.4: of people who only watch, a crowd is told in groups; of everybody else at once. */
class CrowdTest {
    private final Rig rig = new Rig();
    private final List<Client> crowd = new ArrayList<>();

    /** More than are told of each other at once, also when some have left. */
    private void fill() {
        while (crowd.size() < Crowd.SMALL + 5) crowd.add(rig.dual("viewer " + crowd.size()));
        rig.advance(2 * Crowd.PAUSE_MILLIS);
        told(crowd.getFirst());
    }

    /** What the client was told of others since it was asked last, as state and identity. */
    private List<String> told(Client client) {
        List<String> all = new ArrayList<>();
        for (SignalResponse response : client.all(SignalResponse.MessageCase.UPDATE))
            for (ParticipantInfo info : response.getUpdate().getParticipantsList()) all.add(info.getState() + " " + info.getIdentity());
        client.forget();
        return all;
    }

    @Test
    void those_who_come_are_told_of_together_as_they_are_then() {
        fill();
        Client first = crowd.getFirst();
        rig.dual("cid");
        rig.dual("dan");
        assertThat(told(first)).isEmpty();
        rig.advance(Crowd.PAUSE_MILLIS);
        assertThat(told(first)).containsExactly("ACTIVE cid", "ACTIVE dan");
    }

    @Test
    void who_publishes_is_told_of_at_once_and_not_again() {
        fill();
        Client first = crowd.getFirst();
        Client cid = rig.dual("cid");
        cid.publishesMicrophone();
        assertThat(told(first)).contains("ACTIVE cid").doesNotContain("JOINED cid");
        rig.advance(Crowd.PAUSE_MILLIS);
        assertThat(told(first)).isEmpty();
    }

    @Test
    void who_is_gone_before_anybody_has_heard_of_it_was_never_there() {
        fill();
        rig.dual("cid").leaves();
        rig.advance(Crowd.PAUSE_MILLIS);
        assertThat(told(crowd.getFirst())).isEmpty();
    }

    @Test
    void who_was_in_the_list_of_a_newcomer_is_said_to_be_gone() {
        fill();
        Client cid = rig.dual("cid");
        Client dan = rig.dual("dan");
        told(dan);
        cid.leaves();
        rig.advance(Crowd.PAUSE_MILLIS);
        assertThat(told(dan)).contains("DISCONNECTED cid");
    }

    @Test
    void those_who_go_are_told_of_together_and_before_they_are_back() {
        fill();
        Client first = crowd.getFirst();
        crowd.get(3).leaves();
        crowd.get(4).leaves();
        assertThat(told(first)).isEmpty();
        rig.dual("viewer 3");
        assertThat(told(first)).containsExactly("DISCONNECTED viewer 3", "DISCONNECTED viewer 4");
        rig.advance(Crowd.PAUSE_MILLIS);
        assertThat(told(first)).containsExactly("ACTIVE viewer 3");
    }

    @Test
    void in_a_small_room_everybody_knows_a_moment_later() {
        Client ann = rig.dual("ann");
        told(ann);
        rig.client("bob").join().connected();
        rig.client("cid").join().connected();
        assertThat(told(ann)).isEmpty();
        rig.advance(Crowd.MOMENT_MILLIS);
        assertThat(told(ann)).containsExactly("ACTIVE bob", "ACTIVE cid");
        rig.advance(Crowd.PAUSE_MILLIS);
        assertThat(told(ann)).isEmpty();
    }

    @Test
    void who_replaces_itself_is_told_of_with_its_tracks() {
        Client ann = rig.dual("ann");
        rig.dual("bob").publishesMicrophone();
        told(ann);
        Client again = rig.dual("bob");
        again.sends(DataLane.RELIABLE, Client.packet("I am back"));
        assertThat(told(ann)).isEmpty();
        again.publishesMicrophone();
        assertThat(told(ann)).containsOnly("ACTIVE bob");
        assertThat(told(ann)).isEmpty();
        rig.dual("bob");
        rig.advance(Crowd.PAUSE_MILLIS);
        assertThat(told(ann)).as("its tracks may follow").containsExactly("ACTIVE bob");
    }

    @Test
    void who_is_gone_before_the_others_know_of_its_replacement_is_gone() {
        Client ann = rig.dual("ann");
        rig.dual("bob");
        told(ann);
        rig.dual("bob").leaves();
        rig.advance(Crowd.PAUSE_MILLIS);
        assertThat(told(ann)).containsExactly("DISCONNECTED bob");
        rig.advance(Crowd.PAUSE_MILLIS);
        assertThat(told(ann)).isEmpty();
    }

    @Test
    void who_replaces_itself_by_somebody_hidden_is_gone() {
        Client ann = rig.dual("ann");
        rig.dual("bob");
        told(ann);
        rig.client("bob").allowed(it -> it.setHidden(true)).join();
        rig.advance(Crowd.PAUSE_MILLIS);
        assertThat(told(ann)).containsExactly("DISCONNECTED bob");
    }
}
