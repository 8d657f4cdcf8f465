package io.stoa.room.live;

import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.room.RoomSession;
import java.util.concurrent.atomic.AtomicBoolean;

/** A signalling session's hold on its participant; null if the join was refused. */
final class MemberSession implements RoomSession {
    private final ActiveRoom room;
    private final Member member;
    private final String identity;
    private final int generation;
    private final Backlog backlog = Backlog.ofRequests();
    private final AtomicBoolean overrun = new AtomicBoolean();

    MemberSession(ActiveRoom room, Member member, String identity) {
        this.room = room;
        this.member = member;
        this.identity = identity;
        generation = member == null ? 0 : member.signalling().generation();
    }

    @Override
    public String roomName() {
        return member != null ? member.room().name() : room == null ? "" : room.name();
    }

    @Override
    public String identity() {
        return identity;
    }

    @Override
    public boolean receive(SignalRequest request) {
        if (member == null) return true;
        int bytes = request.getSerializedSize();
        if (!backlog.add(bytes)) return !overrun.compareAndSet(false, true) || member.residence().offer(() -> member.signalling().overrun(generation));
        long at = member.room().millis();
        Runnable task = () -> {
            backlog.remove(bytes);
            if (generation == member.signalling().generation()) member.receive(at, request);
        };
        boolean taken = isPing(request) ? member.residence().offerForLater(task) : member.residence().offer(task);
        if (!taken) backlog.remove(bytes);
        return taken;
    }

    /** It was answered where it came in; a room that has nothing else to do is not to be woken by hundreds of them in a second. */
    private static boolean isPing(SignalRequest request) {
        return request.hasPing() || request.hasPingReq();
    }

    @Override
    public boolean signalClosed() {
        return member == null || member.residence().offer(() -> member.signalling().closed(generation));
    }

    @Override
    public boolean open() {
        return member != null && member.open() && generation == member.signalling().generation() && !member.room().mailbox().sealed();
    }

    @Override
    public String grantsJson() {
        return member == null ? "{}" : member.grants().json();
    }

    @Override
    public void onGrantsChanged(Runnable listener) {
        if (member != null) member.grants().onChanged(listener);
    }
}
