package io.stoa.service.sip;

import java.util.regex.Pattern;

/** Text that may stand between quotation marks as it is. */
final class QuotedText {
    private static final Pattern VALID =
            Pattern.compile("(?:[^\"\\\\\\n]|\\\\(?:[abfnrtv\\\\\"]|x[0-9a-fA-F]{2}|[0-3][0-7]{2}|u[0-9a-fA-F]{4}|U00(?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4}))*+");

    private QuotedText() {}

    static boolean isValid(String text) {
        return VALID.matcher(text).matches();
    }
}
