package io.stoa.ops.metrics;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;

/** What a reader of metrics must bring (RFC 7617); if one of the two is empty, nothing. */
record Credentials(String username, String password) {
    private static final String BASIC = "Basic ";

    /** @param authorization the header of the request, null if there is none */
    boolean permit(String authorization) {
        if (username.isEmpty() || password.isEmpty()) return true;
        if (authorization == null || !authorization.regionMatches(true, 0, BASIC, 0, BASIC.length())) return false;
        try {
            byte[] wanted = (username + ":" + password).getBytes(StandardCharsets.UTF_8);
            return MessageDigest.isEqual(wanted, Base64.getDecoder().decode(authorization.substring(BASIC.length()).strip()));
        } catch (IllegalArgumentException e) {
            return false; // no base64
        }
    }

    /** Passwords are not for logs. */
    @Override
    public String toString() {
        return "credentials of " + username;
    }
}
