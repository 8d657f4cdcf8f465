package io.stoa.room.live;

import com.google.protobuf.ByteString;
import io.stoa.media.DataLane;
import io.stoa.media.MediaPeer;
import io.stoa.protocol.handover.ParticipantState;
import java.util.ArrayDeque;

/** Data packets to one participant; reliable ones wait for a channel that opens late (spec 4.9). Lives on the room's mailbox. */
final class DataOutbox {
    private static final int MAX_WAITING_BYTES = 100_000;

    private final Member member;
    private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
    private int waitingBytes;

    DataOutbox(Member member) {
        this.member = member;
    }

    void deliver(byte[] packet, boolean reliable) {
        MediaPeer peer = member.receiving();
        if (peer == null) return;
        DataLane lane = reliable ? DataLane.RELIABLE : DataLane.LOSSY;
        if (peer.isOpen(lane) && waiting.isEmpty()) peer.send(lane, packet);
        else if (reliable && waitingBytes + packet.length <= MAX_WAITING_BYTES) add(packet);
    }

    private void add(byte[] packet) {
        waiting.add(packet);
        waitingBytes += packet.length;
    }

    /** The channel is open: what it missed comes first. */
    void flush() {
        for (byte[] packet; (packet = waiting.poll()) != null; ) member.receiving().send(DataLane.RELIABLE, packet);
        waitingBytes = 0;
    }

    /** The participant goes to another room. */
    void clear() {
        waiting.clear();
        waitingBytes = 0;
    }

    void freeze(ParticipantState.Builder to) {
        for (byte[] packet : waiting) to.addWaitingData(ByteString.copyFrom(packet));
    }

    void thaw(ParticipantState from) {
        for (ByteString packet : from.getWaitingDataList()) add(packet.toByteArray());
    }
}
