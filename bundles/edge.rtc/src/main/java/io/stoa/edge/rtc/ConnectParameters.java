package io.stoa.edge.rtc;

import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.stoa.protocol.livekit.AddTrackRequest;
import io.stoa.protocol.livekit.ClientInfo;
import io.stoa.protocol.livekit.ConnectionSettings;
import io.stoa.protocol.livekit.JoinRequest;
import io.stoa.protocol.livekit.ReconnectReason;
import io.stoa.protocol.livekit.SessionDescription;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What a client asked for when it connected, whichever way it said so: as query parameters or as a {@code JoinRequest} (spec 4.2).
 *
 * @param resume it wants back what it had ({@code reconnect})
 * @param sid what it was called then; with {@code resume} only
 * @param allowPause whether its video may be paused when its link is too thin; empty = as the server is configured
 * @param publish suffix of a legacy second connection, else empty
 * @param metadata replaces the token's unless empty
 * @param attributes go over the token's
 * @param tracks to be added right after the join
 * @param offer to be answered right after that
 * @param single one peer connection for both directions
 */
record ConnectParameters(
        ClientInfo client,
        boolean resume,
        ReconnectReason reason,
        String sid,
        boolean autoSubscribe,
        Optional<Boolean> autoSubscribeDataTrack,
        boolean adaptiveStream,
        Optional<Boolean> allowPause,
        boolean disableIceLite,
        String publish,
        String metadata,
        Map<String, String> attributes,
        List<AddTrackRequest> tracks,
        Optional<SessionDescription> offer,
        boolean single) {
    private static final Map<String, ClientInfo.SDK> SDKS = sdks();

    /** @param parameters value of a query parameter, null if absent */
    static ConnectParameters ofQuery(UnaryOperator<String> parameters, boolean strict) throws Refusal {
        var query = new Query(parameters);
        boolean resume = query.flag("reconnect", false);
        return new ConnectParameters(
                query.client(),
                resume,
                resume ? reason(query.number("reconnect_reason")) : ReconnectReason.RR_UNKNOWN,
                resume ? query.text("sid") : "",
                query.flag("auto_subscribe", true),
                query.flag("auto_subscribe_data_track"),
                query.flag("adaptive_stream", false),
                query.flag("subscriber_allow_pause"),
                query.flag("disable_ice_lite", false),
                query.text("publish"),
                "",
                query.attributes(strict),
                List.of(),
                Optional.empty(),
                false);
    }

    static ConnectParameters ofJoinRequest(JoinRequest request) {
        ConnectionSettings settings = request.getConnectionSettings();
        return new ConnectParameters(
                request.getClientInfo(),
                request.getReconnect(),
                known(request.getReconnectReason()),
                request.getReconnect() ? request.getParticipantSid() : "",
                settings.getAutoSubscribe(),
                Optional.of(settings.getAutoSubscribeDataTrack()),
                settings.getAdaptiveStream(),
                Optional.of(settings.getSubscriberAllowPause()),
                settings.getDisableIceLite(),
                "",
                request.getMetadata(),
                request.getParticipantAttributesMap(),
                request.getAddTrackRequestsList(),
                request.hasPublisherOffer() ? Optional.of(request.getPublisherOffer()) : Optional.empty(),
                true);
    }

    private static ReconnectReason reason(int number) {
        ReconnectReason reason = ReconnectReason.forNumber(number);
        return reason == null ? ReconnectReason.RR_UNKNOWN : reason;
    }

    private static ReconnectReason known(ReconnectReason reason) {
        return reason == ReconnectReason.UNRECOGNIZED ? ReconnectReason.RR_UNKNOWN : reason;
    }

    /** Query parameters call SDKs by their names without separators, and one by its platform. */
    private static Map<String, ClientInfo.SDK> sdks() {
        Map<String, ClientInfo.SDK> names = new HashMap<>();
        for (ClientInfo.SDK sdk : ClientInfo.SDK.values()) names.put(sdk.name().toLowerCase(Locale.ROOT).replace("_", ""), sdk);
        names.remove("unrecognized");
        names.put("ios", ClientInfo.SDK.SWIFT);
        return Map.copyOf(names);
    }

    private record Query(UnaryOperator<String> parameters) {
        String text(String name) {
            String value = parameters.apply(name);
            return value == null ? "" : value;
        }

        int number(String name) {
            try {
                return Integer.parseInt(text(name));
            } catch (NumberFormatException e) {
                return 0;
            }
        }

        Optional<Boolean> flag(String name) {
            String value = text(name);
            return value.isEmpty() ? Optional.empty() : Optional.of(value.equals("1") || value.equals("true"));
        }

        boolean flag(String name, boolean absent) {
            return flag(name).orElse(absent);
        }

        ClientInfo client() {
            var client = ClientInfo.newBuilder()
                    .setSdk(SDKS.getOrDefault(text("sdk").toLowerCase(Locale.ROOT), ClientInfo.SDK.UNKNOWN))
                    .setVersion(text("version"))
                    .setProtocol(number("protocol"))
                    .setClientProtocol(number("client_protocol"))
                    .setOs(text("os"))
                    .setOsVersion(text("os_version"))
                    .setBrowser(text("browser"))
                    .setBrowserVersion(text("browser_version"))
                    .setDeviceModel(text("device_model"))
                    .setNetwork(text("network"));
            for (String name : text("capabilities").split(",", 32)) {
                for (ClientInfo.Capability capability : ClientInfo.Capability.values()) {
                    if (capability.name().equals(name) && !name.equals("UNRECOGNIZED")) client.addCapabilities(capability);
                }
            }
            return client.build();
        }

        /** Undecodable attributes are an error for {@code validate} only (spec 1.5). */
        Map<String, String> attributes(boolean strict) throws Refusal {
            try {
                return decoded(text("attributes"));
            } catch (IllegalArgumentException | JsonParseException | IllegalStateException | UnsupportedOperationException e) {
                if (strict) throw new Refusal(400, "cannot decode attributes");
                return Map.of();
            }
        }

        private static Map<String, String> decoded(String parameter) {
            if (parameter.isEmpty()) return Map.of();
            String json = new String(Base64.getUrlDecoder().decode(parameter), StandardCharsets.UTF_8);
            Map<String, String> attributes = new HashMap<>();
            for (Map.Entry<String, JsonElement> entry : JsonParser.parseString(json).getAsJsonObject().entrySet()) {
                var value = entry.getValue().getAsJsonPrimitive();
                if (!value.isString()) throw new JsonParseException("attribute values are texts");
                attributes.put(entry.getKey(), value.getAsString());
            }
            return attributes;
        }
    }
}
