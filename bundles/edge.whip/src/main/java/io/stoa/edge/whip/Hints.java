package io.stoa.edge.whip;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import io.stoa.http.HttpExchange;
import java.util.List;
import java.util.Map;

/**
 * What the headers of LiveKit's own WHIP clients say (spec 9.5).
 *
 * @param tracks by the identities of their publishers, names of tracks that the answer is to have
 * @param fromIngress an ingress worker sends for somebody, and is to be told how it goes
 */
record Hints(Map<String, List<String>> tracks, boolean fromIngress) {
    private static final Gson GSON = new Gson();
    private static final int MAX_TRACKS = 100;

    /** The object of {@code X-LiveKit-ClientInfo}. Its {@code clientIp} is not believed: anybody can say so. */
    private record Client(Map<String, List<String>> subscribedParticipantTrackNames) {}

    static Hints of(HttpExchange exchange) throws WhipException {
        String ingress = exchange.header("X-Livekit-Ingress");
        return new Hints(tracks(exchange.header("X-LiveKit-ClientInfo")), ingress != null && !ingress.isEmpty());
    }

    private static Map<String, List<String>> tracks(String header) throws WhipException {
        if (header == null || header.isEmpty()) return Map.of();
        try {
            Client client = GSON.fromJson(header, Client.class);
            if (client == null || client.subscribedParticipantTrackNames == null) return Map.of();
            client.subscribedParticipantTrackNames.values().removeIf(names -> names == null || names.isEmpty());
            if (client.subscribedParticipantTrackNames.values().stream().mapToInt(List::size).sum() > MAX_TRACKS)
                throw new WhipException(400, "more than " + MAX_TRACKS + " tracks in client info header");
            return client.subscribedParticipantTrackNames;
        } catch (JsonParseException e) {
            throw new WhipException(400, "malformed json in client info header: " + e.getMessage());
        }
    }
}
