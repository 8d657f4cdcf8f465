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
 * Of participants who publish nothing a room full of people is told a little later, of all of them together (spec 5.4). At once, each join
 * would be two messages to everybody; so it is a message to everybody per second, however many come. Nobody is told, either, of a session that
 * replaces another one of the same identity, until it publishes or that second has passed: clients go on showing the participant that they
 * know, who is to be back with its tracks. Lives on the room's mailbox.
 */
final class Crowd {
    /** In smaller rooms everybody is told of everybody at once. */
    static final int SMALL = 50;
    static final long PAUSE_MILLIS = 1_000;

    private final ActiveRoom room;
    /** In their order; a member that is here is told of as it is then. */
    private final Map<Member, Optional<ParticipantInfo>> due = new LinkedHashMap<>();
    /** By identity, what the others would be told if no other session took over from this one, of which they know. */
    private final Map<String, ParticipantInfo> replaced = new LinkedHashMap<>();
    private boolean scheduled;

    Crowd(ActiveRoom room) {
        this.room = room;
    }

    /** Whether the others learn of it with others. */
    boolean takes(Member member) {
        return (room.members().size() > SMALL || replaced.containsKey(member.identity())) && !member.publishes();
    }

    /** It has come, or is connected now. */
    void changed(Member member) {
        due.putIfAbsent(member, Optional.empty());
        schedule();
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
        List<ParticipantInfo> infos = new ArrayList<>();
        replaced.forEach((identity, last) -> {
            Member now = room.member(identity);
            if (now == null || now.hidden()) infos.add(last);
        });
        replaced.clear();
        due.forEach((member, last) -> {
            if (last.isPresent()) infos.add(last.get());
            if (last.isPresent() || member.hidden()) return; // it may be in another room by now
            infos.add(member.info());
            member.announced = true;
        });
        due.clear();
        for (List<ParticipantInfo> batch : Batches.of(infos, room.limits().updateBatchTargetSize())) {
            SignalResponse told = SignalResponse.newBuilder().setUpdate(ParticipantUpdate.newBuilder().addAllParticipants(batch)).build();
            for (Member to : room.members()) to.send(told);
        }
    }
}
