package io.stoa.turn.server;

import java.math.BigInteger;
import java.util.Optional;

/**
 * Bytes as letters and digits, as LiveKit writes TURN credentials: the bits from the last one on, six to a character; but only five where
 * the character would be one of the two that 62 do not reach (binary x1111x), so that the next one takes the bit that was left.
 */
final class Base62 {
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final int SHORT = 0b1_1110;
    private static final int FIVE_BITS = 0b1_1111;
    private static final int MAX_CHARACTERS = 1_024;

    private Base62() {}

    static String encode(byte[] bytes) {
        BigInteger number = new BigInteger(1, bytes);
        StringBuilder text = new StringBuilder();
        for (int at = 0, end = bytes.length * 8; at < end; ) {
            int left = end - at;
            int six = number.shiftRight(at).intValue() & (left < 6 ? (1 << left) - 1 : 63);
            boolean five = (six & SHORT) == SHORT;
            text.append(ALPHABET.charAt(five ? six & FIVE_BITS : six));
            at += five ? 5 : 6;
        }
        return text.toString();
    }

    /** @return empty if the text was not made so; zeros in front are not told from nothing */
    static Optional<byte[]> decode(String text) {
        if (text.isEmpty() || text.length() > MAX_CHARACTERS) return Optional.empty();
        BigInteger number = BigInteger.ZERO;
        int at = 0;
        for (int i = 0; i < text.length(); i++) {
            int value = ALPHABET.indexOf(text.charAt(i));
            if (value < 0) return Optional.empty();
            number = number.or(BigInteger.valueOf(value).shiftLeft(at));
            at += (value & SHORT) == SHORT ? 5 : 6;
        }
        byte[] bytes = number.toByteArray();
        return Optional.of(bytes[0] == 0 && bytes.length > 1 ? java.util.Arrays.copyOfRange(bytes, 1, bytes.length) : bytes);
    }
}
