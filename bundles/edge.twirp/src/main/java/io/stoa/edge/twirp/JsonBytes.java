package io.stoa.edge.twirp;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** JSON as it grows, in UTF-8: long answers are neither built as text nor copied for it. */
final class JsonBytes {
    private static final String HEX = "0123456789abcdef";

    private byte[] bytes;
    private int length;

    JsonBytes(int expected) {
        bytes = new byte[Math.max(256, expected)];
    }

    int length() {
        return length;
    }

    byte[] from(int start) {
        return Arrays.copyOfRange(bytes, start, length);
    }

    private void reserve(int more) {
        if (bytes.length - length < more) bytes = Arrays.copyOf(bytes, Math.max(length + more, 2 * bytes.length));
    }

    JsonBytes add(char ascii) {
        reserve(1);
        bytes[length++] = (byte) ascii;
        return this;
    }

    JsonBytes add(byte[] more) {
        reserve(more.length);
        System.arraycopy(more, 0, bytes, length, more.length);
        length += more.length;
        return this;
    }

    /** @param text in ASCII */
    @SuppressWarnings("deprecation") // which is exactly what the old method copies
    JsonBytes add(String text) {
        int count = text.length();
        reserve(count);
        text.getBytes(0, count, bytes, length);
        length += count;
        return this;
    }

    /** Any text, as a JSON string. */
    void string(String text) {
        add('"');
        if (isPlain(text)) add(text);
        else add(escaped(text).getBytes(StandardCharsets.UTF_8));
        add('"');
    }

    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~' || c == '"' || c == '\\') return false;
        }
        return true;
    }

    private static String escaped(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> out.append('\\').append(c);
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c >= ' ' && c != '\u2028' && c != '\u2029') out.append(c);
                    else out.append("\\u").append(HEX.charAt(c >> 12)).append(HEX.charAt(c >> 8 & 15)).append(HEX.charAt(c >> 4 & 15)).append(HEX.charAt(c & 15));
                }
            }
        }
        return out.toString();
    }
}
