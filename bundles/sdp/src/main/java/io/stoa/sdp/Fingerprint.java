package io.stoa.sdp;

import java.util.HexFormat;
import java.util.Locale;

/** Of a certificate (RFC 8122): hash algorithm in lower case, and the hash. */
public record Fingerprint(String algorithm, byte[] hash) {
    private static final HexFormat COLONS = HexFormat.ofDelimiter(":").withUpperCase();

    public static Fingerprint parse(String value) {
        int space = value.indexOf(' ');
        if (space < 0) throw new IllegalArgumentException("a fingerprint is an algorithm and a hash, not '" + value + "'");
        return new Fingerprint(value.substring(0, space).toLowerCase(Locale.ROOT), COLONS.parseHex(value.substring(space + 1).strip()));
    }

    @Override
    public String toString() {
        return algorithm + " " + COLONS.formatHex(hash);
    }
}
