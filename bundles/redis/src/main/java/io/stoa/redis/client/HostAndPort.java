package io.stoa.redis.client;

/** @param host without brackets */
record HostAndPort(String host, int port) {
    /** @throws IllegalArgumentException naming the key */
    static HostAndPort parse(String key, String text) {
        int colon = text.lastIndexOf(':');
        try {
            String host = text.substring(0, Math.max(0, colon));
            boolean bracketed = host.startsWith("[") && host.endsWith("]");
            int port = Integer.parseInt(text.substring(colon + 1));
            if (!host.isBlank() && (bracketed || !host.contains(":")) && port > 0 && port < 65_536)
                return new HostAndPort(bracketed ? host.substring(1, host.length() - 1) : host, port);
        } catch (NumberFormatException notNumeric) {
            throw refused(key, text, notNumeric);
        }
        throw refused(key, text, null);
    }

    private static IllegalArgumentException refused(String key, String text, Exception cause) {
        return new IllegalArgumentException(key + ": \"" + text + "\" is not allowed; allowed: a host and a port such as 127.0.0.1:6379", cause);
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
