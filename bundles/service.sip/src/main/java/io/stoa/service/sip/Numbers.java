package io.stoa.service.sip;

import java.util.Collection;
import java.util.regex.Pattern;

/** Phone numbers: the same number is written in many ways. What is no number is compared as it stands. */
final class Numbers {
    private static final Pattern NUMBER = Pattern.compile("\\+?[\\d\\- ()]+");
    private static final Pattern FORMATTING = Pattern.compile("[ \\-()]");

    private Numbers() {}

    static String normal(String number) {
        if (!NUMBER.matcher(number).matches()) return number;
        String digits = FORMATTING.matcher(number).replaceAll("");
        return digits.startsWith("+") ? digits : "+" + digits;
    }

    static boolean same(String one, String other) {
        return one.equals(other) || normal(one).equals(normal(other));
    }

    static boolean contains(Collection<String> numbers, String number) {
        return numbers.stream().anyMatch(one -> same(one, number));
    }
}
