package io.stoa.service.sip;

import static io.stoa.rpc.RpcException.invalidArgument;

import io.stoa.rpc.RpcException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Headers that users may set in SIP messages, or map to attributes (RFC 3261, 25.1). */
final class Headers {
    private static final int MAX_NAME = 255;
    private static final int MAX_VALUE = 1024;
    private static final String TOKEN_MARKS = "-.!%*_+`'~";
    /** Those that a SIP stack must set itself, and their short forms. */
    private static final Set<String> RESERVED = Set.of(
            "accept", "accept-encoding", "accept-language", "allow", "allow-events", "call-id", "contact", "content-encoding", "content-length",
            "content-type", "cseq", "event", "expires", "from", "max-forwards", "record-route", "refer-to", "reply-to", "k", "l", "m", "o", "r", "t", "u", "v");

    private Headers() {}

    /** Headers with their values. */
    static void check(Map<String, String> headers) throws RpcException {
        for (var header : headers.entrySet()) {
            checkName(header.getKey());
            if (RESERVED.contains(header.getKey().toLowerCase(Locale.ROOT)))
                throw invalidArgument("invalid header name: header name " + header.getKey() + " not supported");
            checkValue(header.getKey(), header.getValue());
        }
    }

    static void checkNames(Iterable<String> names) throws RpcException {
        for (String name : names) checkName(name);
    }

    private static void checkName(String name) throws RpcException {
        if (name.isEmpty()) throw invalidArgument("invalid header name: header name cannot be empty");
        if (name.length() > MAX_NAME) throw invalidArgument("invalid header name: header name too long (max " + MAX_NAME + " characters)");
        for (int c : name.codePoints().toArray())
            if (!isToken(c)) throw invalidArgument("invalid header name: header name " + name + " contains invalid characters: " + complaint(c));
    }

    private static boolean isToken(int c) {
        return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || TOKEN_MARKS.indexOf(c) >= 0;
    }

    private static String complaint(int c) {
        return c < 128 ? "char " + c + " not allowed" : "char " + c + " out of range";
    }

    private static void checkValue(String name, String value) throws RpcException {
        String where = "invalid header value for " + name + ": header " + name + ": value";
        if (value.length() > MAX_VALUE) throw invalidArgument(where + " too long (max " + MAX_VALUE + " characters)");
        for (int c : value.codePoints().toArray())
            if (c != '\t' && (c < ' ' || c == 0x7f)) throw invalidArgument(where + ": " + complaint(c));
    }
}
