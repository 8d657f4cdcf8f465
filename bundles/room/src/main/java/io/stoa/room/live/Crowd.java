package io.stoa.room.live;

import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.ParticipantUpdate;
import io.stoa.protocol.livekit.SignalResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Of newcomers who publish nothing the others are told a little later, of all of them together (spec 5.4): in a small room when they have been
 * reachable for a moment, in which what others would send them on seeing them would only keep their clients from getting ready; in a room full
 * of people, where each would be two messages to everybody, by one message per second; and after that second in any case. Nobody is told,
 * either, of a session that replaces another one of the same identity, until it publishes or that second has passed: clients go on showing the
 * participant that they know, who is to be back with its tracks. Lives on the room's mailbox.
 */
final class Crowd {
    /** People at most in a small room. */
    static final int SMALL = 50;
    /** Others who see it sooner wait longer for answers: 15 ms instead of 4 (docs/benchmarks.md). */
    static final long MOMENT_MILLIS = 50;
    static final long PAUSE_MILLIS = 1_000;

    private final ActiveRoom room;
    /** In their order; a member that is here is told of as it is then. */
    private final Map<Member, Optional<ParticipantInfo>> due = new LinkedHashMap<>();
    /** By identity, what the others would be told if no other session took over from this one, of which they know. */
    private final Map<String, ParticipantInfo> replaced = new LinkedHashMap<>();
    private boolean scheduled;
    private boolean scheduledSoon;

    Crowd(ActiveRoom room) {
        this.room = room;
    }

    /** Whether the others learn later that it has gone. */
    boolean takes(Member member) {
        return (!small() || replaced.containsKey(member.identity())) && !member.publishes();
    }

    private boolean small() {
        return room.members().size() <= SMALL;
    }

    /** Whether the others are still to learn that it is here. */
    private boolean awaits(Member member) {
        Optional<ParticipantInfo> last = due.get(member);
        return last != null && last.isEmpty();
    }

    /** It has come, or is connected now. */
    void changed(Member member) {
        due.putIfAbsent(member, Optional.empty());
        schedule();
        if (member.reachable()) reached(member);
    }

    /** What others send it arrives from now on. */
    void reached(Member member) {
        if (scheduledSoon || !awaits(member)) return;
        scheduledSoon = true;
        room.after(MOMENT_MILLIS, () -> {
            scheduledSoon = false;
            if (small()) tell(List.of(), due.keySet().stream().filter(this::isReady).toList());
        });
    }

    private boolean isReady(Member member) {
        return isUnknown(member) && member.reachable();
    }

    /** Whether the others know nobody of its identity. */
    boolean isUnknown(Member member) {
        return awaits(member) && !replaced.containsKey(member.identity());
    }

    /** The others have just been told of it. */
    void told(Member member) {
        due.remove(member);
        if (!member.hidden()) replaced.remove(member.identity());
    }

    /** Another session of the same identity takes over, unless something prevents it. @param last that of which the others know */
    void replaced(Member member, ParticipantInfo last) {
        replaced.put(member.identity(), last);
        schedule();
    }

    /** @param last what the others are told; null if nobody has heard of it */
    void left(Member member, ParticipantInfo last) {
        due.remove(member);
        if (member.announced) replaced.remove(member.identity());
        if (last == null) return;
        due.put(member, Optional.of(last));
        schedule();
    }

    /** A newcomer is told of everybody who is here: whoever goes from now on has been heard of. */
    void listed() {
        due.forEach((member, last) -> {
            if (last.isEmpty()) member.announced = !member.hidden();
        });
    }

    /** Clients know participants by identity: that the one before has gone is not to come behind its next session. */
    void comes(String identity) {
        if (due.entrySet().stream().anyMatch(one -> one.getValue().isPresent() && one.getKey().identity().equals(identity))) tell();
    }

    private void schedule() {
        if (scheduled) return;
        scheduled = true;
        room.after(PAUSE_MILLIS, () -> {
            scheduled = false;
            tell();
        });
    }

    void tell() {
        List<ParticipantInfo> gone = new ArrayList<>();
        replaced.forEach((identity, last) -> {
            Member now = room.member(identity);
            if (now == null || now.hidden()) gone.add(last);
        });
        replaced.clear();
        tell(gone, List.copyOf(due.keySet()));
    }

    private void tell(List<ParticipantInfo> first, List<Member> of) {
        List<ParticipantInfo> infos = new ArrayList<>(first);
        for (Member member : of) {
            Optional<ParticipantInfo> last = due.remove(member);
            if (last.isPresent()) infos.add(last.get());
            if (last.isPresent() || member.hidden()) continue; // it may be in another room by now
            infos.add(member.info());
            member.announced = true;
        }
        for (List<ParticipantInfo> batch : Batches.of(infos, room.limits().updateBatchTargetSize())) {
            SignalResponse told = SignalResponse.newBuilder().setUpdate(ParticipantUpdate.newBuilder().addAllParticipants(batch)).build();
            for (Member to : room.members()) if (batch.size() > 1 || !batch.getFirst().getSid().equals(to.sid())) to.send(told);
        }
    }
}
