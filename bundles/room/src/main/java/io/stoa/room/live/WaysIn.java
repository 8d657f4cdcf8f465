package io.stoa.room.live;

import io.stoa.protocol.livekit.ICEServer;
import io.stoa.room.TurnServers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * By which servers a participant's client finds its paths (spec 6.12), and who is to take no other way than TURN over TLS: remembered per
 * room and identity for a while, so that a client that comes back is told. Any thread.
 */
final class WaysIn {
    private static final List<String> PUBLIC_STUN_SERVERS =
            List.of("global.stun.twilio.com:3478", "stun.l.google.com:19302", "stun1.l.google.com:19302");
    private static final long MEMORY_MILLIS = 300_000;
    private static final int MAX_REMEMBERED = 10_000;

    private final LongSupplier millis;
    /** Until when; the oldest goes first. */
    private final Map<Who, Long> onlyTls = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Who, Long> eldest) {
            return size() > MAX_REMEMBERED;
        }
    };

    private record Who(String room, String identity) {}

    /** @param relayOnly the client is to use nothing else */
    record Told(List<ICEServer> servers, boolean relayOnly) {}

    WaysIn(LongSupplier millis) {
        this.millis = millis;
    }

    void onlyTls(String room, String identity, boolean only) {
        Who who = new Who(room, identity);
        synchronized (onlyTls) {
            onlyTls.remove(who);
            if (only) onlyTls.put(who, millis.getAsLong() + MEMORY_MILLIS);
        }
    }

    private boolean isOnlyTls(String room, String identity) {
        synchronized (onlyTls) {
            return onlyTls.getOrDefault(new Who(room, identity), Long.MIN_VALUE) > millis.getAsLong();
        }
    }

    /**
     * @param turn the lowest ranking first
     * @param stun host:port
     */
    Told tell(List<TurnServers> turn, List<String> stun, Member member) {
        List<ICEServer> servers = new ArrayList<>();
        for (TurnServers some : turn.reversed()) servers.addAll(some.of(member.sid()));
        if (isOnlyTls(member.room().name(), member.identity())) {
            List<ICEServer> tls = servers.stream().map(WaysIn::overTls).filter(server -> server.getUrlsCount() > 0).toList();
            if (!tls.isEmpty()) return new Told(tls, true); // without one, other ways are better than none
        }
        boolean tellsAddresses = servers.stream().flatMap(server -> server.getUrlsList().stream()).anyMatch(url -> url.startsWith("turn:"));
        List<String> asked = !tellsAddresses && stun.isEmpty() ? PUBLIC_STUN_SERVERS : stun;
        if (!asked.isEmpty()) servers.add(ICEServer.newBuilder().addAllUrls(asked.stream().map(server -> "stun:" + server).toList()).build());
        return new Told(servers, false);
    }

    private static ICEServer overTls(ICEServer server) {
        return server.toBuilder().clearUrls().addAllUrls(server.getUrlsList().stream().filter(url -> url.startsWith("turns:")).toList()).build();
    }
}
