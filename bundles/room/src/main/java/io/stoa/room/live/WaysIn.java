package io.stoa.room.live;

import io.stoa.media.StunServers;
import io.stoa.protocol.handover.OnlyWay;
import io.stoa.protocol.livekit.CandidateProtocol;
import io.stoa.protocol.livekit.ICEServer;
import io.stoa.room.TurnServers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * By which servers a participant's client finds its paths (spec 6.12), and who is to take no other way than TCP, or than TURN over TLS:
 * remembered per room and identity for a while, so that it holds for a client that comes back. Any thread.
 */
final class WaysIn {
    private static final long MEMORY_MILLIS = 300_000;
    private static final int MAX_REMEMBERED = 10_000;

    private final LongSupplier millis;
    /** The oldest goes first. */
    private final Map<Who, Only> only = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Who, Only> eldest) {
            return size() > MAX_REMEMBERED;
        }
    };

    private record Who(String room, String identity) {}

    private record Only(CandidateProtocol way, long untilMillis) {}

    /** @param relayOnly the client is to use nothing else */
    record Told(List<ICEServer> servers, boolean relayOnly) {}

    WaysIn(LongSupplier millis) {
        this.millis = millis;
    }

    /** @param way UDP: whatever the network allows */
    void only(String room, String identity, CandidateProtocol way) {
        Who who = new Who(room, identity);
        synchronized (only) {
            only.remove(who);
            if (way != CandidateProtocol.UDP) only.put(who, new Only(way, millis.getAsLong() + MEMORY_MILLIS));
        }
    }

    /** The way that a participant is to take and no other; UDP: whatever the network allows. */
    CandidateProtocol only(String room, String identity) {
        synchronized (only) {
            Only said = only.get(new Who(room, identity));
            return said == null || said.untilMillis <= millis.getAsLong() ? CandidateProtocol.UDP : said.way;
        }
    }

    /** Of a room that is handed over, the oldest first. */
    List<OnlyWay> of(String room) {
        List<OnlyWay> all = new ArrayList<>();
        synchronized (only) {
            only.forEach((who, said) -> {
                if (who.room.equals(room)) all.add(OnlyWay.newBuilder().setIdentity(who.identity).setWay(said.way).setUntil(said.untilMillis).build());
            });
        }
        return all;
    }

    void remember(String room, List<OnlyWay> ways) {
        synchronized (only) {
            for (OnlyWay one : ways) only.put(new Who(room, one.getIdentity()), new Only(one.getWay(), one.getUntil()));
        }
    }

    /** Whether a participant could be told to use TURN over TLS alone. */
    static boolean leadOverTls(List<TurnServers> turn, Member member) {
        return turn.stream().flatMap(some -> some.of(member.sid()).stream()).anyMatch(server -> overTls(server).getUrlsCount() > 0);
    }

    /**
     * @param turn the lowest ranking first
     * @param stun host:port
     */
    Told tell(List<TurnServers> turn, List<String> stun, Member member) {
        List<ICEServer> servers = new ArrayList<>();
        for (TurnServers some : turn.reversed()) servers.addAll(some.of(member.sid()));
        if (only(member.room().name(), member.identity()) == CandidateProtocol.TLS) {
            List<ICEServer> tls = servers.stream().map(WaysIn::overTls).filter(server -> server.getUrlsCount() > 0).toList();
            if (!tls.isEmpty()) return new Told(tls, true); // without one, other ways are better than none
        }
        boolean tellsAddresses = servers.stream().flatMap(server -> server.getUrlsList().stream()).anyMatch(url -> url.startsWith("turn:"));
        List<String> asked = !tellsAddresses && stun.isEmpty() ? StunServers.PUBLIC : stun;
        if (!asked.isEmpty()) servers.add(ICEServer.newBuilder().addAllUrls(asked.stream().map(server -> "stun:" + server).toList()).build());
        return new Told(servers, false);
    }

    private static ICEServer overTls(ICEServer server) {
        return server.toBuilder().clearUrls().addAllUrls(server.getUrlsList().stream().filter(url -> url.startsWith("turns:")).toList()).build();
    }
}
