package io.stoa.sdp;

import java.util.Locale;

/** When an offered codec is the same as a known one. */
public final class CodecMatch {
    private CodecMatch() {}

    /**
     * Name (any case), clock rate, channels, and the format parameters that make streams incompatible: H.264 profile and packetization
     * mode (RFC 6184 section 8.2.2, RFC 7742), VP9 profile (RFC 9628), AV1 profile, H.265 profile (RFC 7798).
     */
    public static boolean same(Codec a, Codec b) {
        if (!a.name().equalsIgnoreCase(b.name()) || a.clockRate() != b.clockRate() || a.channels() != b.channels()) return false;
        return switch (a.name().toLowerCase(Locale.ROOT)) {
            case "h264" -> same(a, b, "packetization-mode", "0") && profile(a).equals(profile(b));
            case "vp9" -> same(a, b, "profile-id", "0");
            case "av1" -> same(a, b, "profile", "0");
            case "h265" -> same(a, b, "profile-id", "1");
            default -> true;
        };
    }

    private static boolean same(Codec a, Codec b, String key, String absent) {
        return a.parameter(key, absent).equals(b.parameter(key, absent));
    }

    /** profile_idc and profile-iop; 42e0 and 4200 differ in constraints only but are distinct profiles (constrained baseline). */
    private static String profile(Codec codec) {
        String id = codec.parameter("profile-level-id", "42000a").toLowerCase(Locale.ROOT);
        return id.length() >= 4 ? id.substring(0, 4) : id;
    }
}
