package io.stoa.sdp;

import java.util.List;

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
        String apt = parameter("apt");
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
        if (!isRed()) return -1;
        String[] types = fmtp.strip().split("/", -1);
        for (String type : types) if (!type.equals(types[0])) return -1;
        try {
            return Integer.parseInt(types[0]);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /**
     * One of the format parameters, without making a map of them: descriptions of browsers have dozens of codecs, which are compared with each other.
     *
     * @param key in any case
     * @return the last of that name, empty if it stands without {@code =}, null if there is none
     */
    public String parameter(String key) {
        String found = null;
        int end;
        for (int begin = 0; begin < fmtp.length(); begin = end + 1) {
            end = fmtp.indexOf(';', begin);
            if (end < 0) end = fmtp.length();
            int equals = fmtp.indexOf('=', begin, end);
            if (names(key, begin, equals < 0 ? end : equals)) found = equals < 0 ? "" : fmtp.substring(equals + 1, end).strip();
        }
        return found;
    }

    public String parameter(String key, String otherwise) {
        String value = parameter(key);
        return value == null ? otherwise : value;
    }

    private boolean names(String key, int from, int to) {
        while (from < to && Character.isWhitespace(fmtp.charAt(from))) from++;
        while (from < to && Character.isWhitespace(fmtp.charAt(to - 1))) to--;
        return from < to && to - from == key.length() && fmtp.regionMatches(true, from, key, 0, key.length());
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
