package io.stoa.room.live;

import com.google.protobuf.InvalidProtocolBufferException;
import io.stoa.media.DataLane;
import io.stoa.protocol.livekit.DataPacket;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.UserPacket;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/** Data packets of a room: who may send, and who receives (spec 4.9). */
final class DataRelay {
    private static final int MAX_NONCES = 100;

    private final ActiveRoom room;
    private final ServerCalls calls;
    /** The oldest first. */
    final Set<com.google.protobuf.ByteString> nonces = new LinkedHashSet<>();

    DataRelay(ActiveRoom room, ServerCalls calls) {
        this.room = room;
        this.calls = calls;
    }

    void receive(Member sender, DataLane lane, byte[] bytes) {
        if (!sender.permission().getCanPublishData()) return;
        if (lane == DataLane.DATA_TRACK) {
            sender.dataTracks().relay(bytes, room.members());
            return;
        }
        DataPacket packet;
        try {
            packet = DataPacket.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            room.malformedData(sender);
            return;
        }
        boolean reliable = lane == DataLane.RELIABLE;
        if (reliable && packet.getSequence() > 0) {
            if (Integer.compareUnsigned(packet.getSequence(), sender.lastReliableSequence) <= 0) return; // already relayed
            sender.lastReliableSequence = packet.getSequence();
        }
        if (calls.consumes(sender, packet)) return;
        room.says(sender);
        broadcast(sender, complete(sender, packet, reliable), reliable);
    }

    private static DataPacket complete(Member sender, DataPacket packet, boolean reliable) {
        String identity = sender.hidden() ? "" : sender.identity();
        DataPacket.Builder whole = packet.toBuilder()
                .setKind(reliable ? DataPacket.Kind.RELIABLE : DataPacket.Kind.LOSSY)
                .setParticipantSid(sender.hidden() ? "" : sender.sid());
        boolean speaksForOther = sender.kind() == ParticipantInfo.Kind.AGENT && !packet.getParticipantIdentity().isEmpty()
                && (packet.hasChatMessage() || packet.hasStreamHeader());
        if (!speaksForOther) whole.setParticipantIdentity(identity);
        if (packet.hasUser()) {
            UserPacket.Builder user = packet.getUser().toBuilder().setParticipantSid(sender.sid()).setParticipantIdentity(identity);
            for (String destination : packet.getDestinationIdentitiesList())
                if (!user.getDestinationIdentitiesList().contains(destination)) user.addDestinationIdentities(destination);
            for (String destination : packet.getUser().getDestinationIdentitiesList())
                if (!whole.getDestinationIdentitiesList().contains(destination)) whole.addDestinationIdentities(destination);
            whole.setUser(user);
        }
        return whole.build();
    }

    void broadcast(Member sender, DataPacket packet, boolean reliable) {
        if (packet.hasUser() && !packet.getUser().getNonce().isEmpty()) {
            if (!nonces.add(packet.getUser().getNonce())) return;
            if (nonces.size() > MAX_NONCES) {
                Iterator<com.google.protobuf.ByteString> oldest = nonces.iterator();
                oldest.next();
                oldest.remove();
            }
        }
        Set<String> identities = new HashSet<>(packet.getDestinationIdentitiesList());
        Set<String> sids = packet.hasUser() ? new HashSet<>(packet.getUser().getDestinationSidsList()) : Set.of();
        boolean all = identities.isEmpty() && sids.isEmpty();
        byte[] bytes = packet.toByteArray();
        for (Member member : room.members()) {
            if (member == sender || !all && !identities.contains(member.identity()) && !sids.contains(member.sid())) continue;
            member.outbox().deliver(bytes, reliable);
        }
    }
}
