package io.stoa.ops.config;

import io.stoa.protocol.livekit.ICEServer;
import io.stoa.room.TurnServers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** {@code rtc.turn_servers}, in memory only. Any thread may ask; they are replaced as a whole. */
final class ConfiguredTurnServers implements TurnServers {
    private static final long DEFAULT_TTL_SECONDS = 14_400;
    private static final long SHORT_TTL_SECONDS = 300;
    private static final long MAX_TTL_SECONDS = 86_400;
    private static final long TURN_PORT = 3_478;
    private static final long TURN_TLS_PORT = 5_349;

    private final LongSupplier unixSeconds;
    private volatile List<Server> servers = List.of();

    /** @param secret shared with the server (spec 6.12); empty = username and credential are fixed */
    private record Server(String url, String secret, long ttlSeconds, String username, String credential) {}

    ConfiguredTurnServers(LongSupplier unixSeconds) {
        this.unixSeconds = unixSeconds;
    }

    void replace(List<Object> settings) {
        servers = settings.stream().map(settled -> server((Map<?, ?>) settled)).toList();
    }

    private static Server server(Map<?, ?> settings) {
        String protocol = text(settings, "protocol");
        boolean tls = protocol.equals("tls");
        long given = number(settings, "port");
        long port = given != 0 ? given : tls ? TURN_TLS_PORT : TURN_PORT;
        String host = text(settings, "host");
        String url = (tls ? "turns:" : "turn:") + (host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host) + ":" + port
                + "?transport=" + (protocol.equals("udp") ? "udp" : "tcp");
        return new Server(url, text(settings, "secret"), ttl(number(settings, "ttl")), text(settings, "username"), text(settings, "credential"));
    }

    private static long ttl(long given) {
        return given == 0 ? DEFAULT_TTL_SECONDS : given < 0 ? SHORT_TTL_SECONDS : Math.min(given, MAX_TTL_SECONDS);
    }

    private static String text(Map<?, ?> settings, String field) {
        return settings.get(field) instanceof String text ? text : "";
    }

    private static long number(Map<?, ?> settings, String field) {
        return settings.get(field) instanceof Long number ? number : 0;
    }

    @Override
    public List<ICEServer> of(String participantSid) {
        return servers.stream().map(server -> of(server, participantSid)).toList();
    }

    private ICEServer of(Server server, String participantSid) {
        ICEServer.Builder told = ICEServer.newBuilder().addUrls(server.url);
        if (server.secret.isEmpty()) return told.setUsername(server.username).setCredential(server.credential).build();
        String username = unixSeconds.getAsLong() + server.ttlSeconds + ":" + participantSid;
        return told.setUsername(username).setCredential(credential(server.secret, username)).build();
    }

    private static String credential(String secret, String username) {
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
            return Base64.getEncoder().encodeToString(mac.doFinal(username.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }
}
