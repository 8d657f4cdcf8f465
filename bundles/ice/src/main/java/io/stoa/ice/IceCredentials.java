package io.stoa.ice;

import java.util.random.RandomGenerator;

/** Username fragment and password of one side (RFC 8445 section 5.3). */
public record IceCredentials(String ufrag, String password) {
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    public static IceCredentials generate(RandomGenerator random) {
        return new IceCredentials(letters(random, 16), letters(random, 32));
    }

    private static String letters(RandomGenerator random, int length) {
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        return text.toString();
    }

    @Override
    public String toString() {
        return ufrag + ":…";
    }
}
