package io.stoa.room.live;

import io.stoa.media.PeerState;
import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.protocol.livekit.LeaveRequest;
import io.stoa.protocol.livekit.SignalTarget;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Which connections of a participant answer. Where none does and there is no signalling either, nobody is there any more: a page that has
 * vanished is gone within 10 s, 8 of which the connections need to notice. Whoever has signalling is given the 30 s until its media fails.
 * Lives on the room's mailbox.
 */
final class Answering {
    static final long VANISHED_MILLIS = 2_000;

    private final Member member;
    private final Connections connections;
    private final Set<SignalTarget> answering = EnumSet.noneOf(SignalTarget.class);
    private boolean vanishing;
    private int generation;

    Answering(Member member, Connections connections) {
        this.member = member;
        this.connections = connections;
    }

    void of(SignalTarget target, PeerState state) {
        if (state == PeerState.CONNECTED) answering.add(target);
        else answering.remove(target);
        reconsider(state == PeerState.CLOSED_BY_CLIENT ? Signalling.RESUME_MILLIS : VANISHED_MILLIS); // who closes it is there, and may begin anew
    }

    boolean answers(SignalTarget target) {
        return answering.contains(target);
    }

    /** Something has changed. @param graceMillis if the client seems to be gone, for it to show that it is not */
    void reconsider(long graceMillis) {
        boolean nobody = answering.isEmpty() && !member.signalling().open() && connections.everActive() && !member.signalling().awaitsResume();
        if (nobody == vanishing) return;
        vanishing = nobody;
        int now = ++generation;
        if (!nobody) return;
        member.residence().after(graceMillis, () -> {
            if (now == generation && member.open()) member.close(DisconnectReason.CONNECTION_TIMEOUT, LeaveRequest.Action.DISCONNECT);
        });
    }

    // -- between two room managers

    /** Connections that do not answer, by number of their target. */
    List<Integer> silent() {
        return targets().stream().filter(target -> !answering.contains(target)).map(SignalTarget::getNumber).toList();
    }

    /** What happens to them meanwhile will be told. */
    void thaw(List<Integer> silent) {
        for (SignalTarget target : targets()) if (!silent.contains(target.getNumber())) answering.add(target);
        reconsider(VANISHED_MILLIS);
    }

    private List<SignalTarget> targets() {
        return member.start.getUseSinglePeerConnection() ? List.of(SignalTarget.PUBLISHER) : List.of(SignalTarget.PUBLISHER, SignalTarget.SUBSCRIBER);
    }
}
