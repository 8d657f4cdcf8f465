package io.stoa.room.live;

import com.google.protobuf.ByteString;
import io.stoa.protocol.livekit.CandidateProtocol;
import io.stoa.protocol.livekit.JoinResponse;
import io.stoa.protocol.livekit.ReconnectResponse;
import io.stoa.protocol.livekit.ServerInfo;

/** What a client is told first, when it joins and when it resumes. Lives on the room's mailbox. */
final class Welcome {
    private static final String VERSION = "1.13.5";
    private static final int PROTOCOL = 17;
    private static final int PING_INTERVAL_SECONDS = 5;
    private static final int PING_TIMEOUT_SECONDS = 15;

    private final ActiveRoom room;
    private final LiveRoomManager manager;
    private final ByteString sifTrailer;

    /** @param sifTrailer marks frames of the server among encrypted ones; the same for everybody in the room */
    Welcome(ActiveRoom room, LiveRoomManager manager, ByteString sifTrailer) {
        this.room = room;
        this.manager = manager;
        this.sifTrailer = sifTrailer;
    }

    ByteString sifTrailer() {
        return sifTrailer;
    }

    JoinResponse join(Member member) {
        WaysIn.Told ways = manager.waysIn(member);
        JoinResponse.Builder join = JoinResponse.newBuilder()
                .setRoom(room.info())
                .setParticipant(member.info())
                .setServerVersion(VERSION)
                .setServerInfo(server())
                .setServerRegion(room.region())
                .setSubscriberPrimary(member.connections().subscriberPrimary())
                .addAllIceServers(ways.servers())
                .setPingInterval(PING_INTERVAL_SECONDS)
                .setPingTimeout(PING_TIMEOUT_SECONDS)
                .setSifTrailer(sifTrailer)
                .addAllEnabledPublishCodecs(room.codecs().publishedBy(member.traits()))
                .setFastPublish(member.permission().getCanPublish() && room.only(member) == CandidateProtocol.UDP);
        member.traits().configuration(ways.relayOnly()).ifPresent(join::setClientConfiguration);
        for (Member other : room.members()) if (other != member && !other.hidden()) join.addOtherParticipants(other.info());
        return join.build();
    }

    ReconnectResponse reconnect(Member member) {
        WaysIn.Told ways = manager.waysIn(member);
        ReconnectResponse.Builder response = ReconnectResponse.newBuilder()
                .addAllIceServers(ways.servers())
                .setServerInfo(server())
                .setLastMessageSeq(member.lastReliableSequence);
        member.traits().configuration(ways.relayOnly()).ifPresent(response::setClientConfiguration);
        return response.build();
    }

    private ServerInfo server() {
        return ServerInfo.newBuilder()
                .setVersion(VERSION)
                .setProtocol(PROTOCOL)
                .setRegion(room.region())
                .setNodeId(manager.nodeId())
                .setAgentProtocol(1)
                .build();
    }
}
