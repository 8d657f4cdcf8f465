package io.stoa.sdp;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A payload type of a media section.
 *
 * @param name encoding name as written ({@code opus}, {@code VP8}, {@code rtx})
 * @param channels 1 unless the rtpmap says otherwise
 * @param fmtp format parameters as written, empty if none
 * @param feedback rtcp-fb values ({@code nack}, {@code nack pli}, {@code ccm fir}, {@code transport-cc} …)
 */
public record Codec(int payloadType, String name, int clockRate, int channels, String fmtp, List<String> feedback) {
    public Codec {
        feedback = List.copyOf(feedback);
    }

    public boolean is(String otherName) {
        return name.equalsIgnoreCase(otherName);
    }

    public boolean isRtx() {
        return is("rtx");
    }

    /** For {@code rtx}: the payload type that it repairs, else -1. */
    public int apt() {
        String apt = parameters().get("apt");
        try {
            return apt == null ? -1 : Integer.parseInt(apt);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    public boolean isRed() {
        return is("red");
    }

    /** For {@code red} (RFC 2198 section 5): the payload type of its blocks if it is the same for all of them, else -1. */
    public int redPrimary() {
        String[] types = fmtp.strip().split("/", -1);
        for (String type : types) if (!type.equals(types[0])) return -1;
        try {
            return isRed() ? Integer.parseInt(types[0]) : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** Lower-case keys; a parameter without {@code =} maps to an empty string. */
    public Map<String, String> parameters() {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String part : fmtp.split(";")) {
            String pair = part.strip();
            if (pair.isEmpty()) continue;
            int equals = pair.indexOf('=');
            if (equals < 0) parameters.put(pair.toLowerCase(Locale.ROOT), "");
            else parameters.put(pair.substring(0, equals).strip().toLowerCase(Locale.ROOT), pair.substring(equals + 1).strip());
        }
        return parameters;
    }

    public Codec withFmtp(String newFmtp) {
        return new Codec(payloadType, name, clockRate, channels, newFmtp, feedback);
    }

    public Codec withFeedback(List<String> newFeedback) {
        return new Codec(payloadType, name, clockRate, channels, fmtp, newFeedback);
    }

    /** {@code audio/opus}, {@code video/VP8}: the way LiveKit shows it. */
    public String mime(String kind) {
        return kind + "/" + name;
    }
}
