package io.stoa.ops.webhook;

import java.net.URI;

/**
 * Where events go.
 *
 * @param url absolute, http or https, with a host
 * @param apiKey whose secret signs
 */
record Receiver(URI url, String apiKey) {
    static final String ALLOWED = "an http or https URL such as https://example.com/hook";

    /** @throws IllegalArgumentException if nothing can be sent there */
    static Receiver at(String url, String apiKey) {
        URI parsed = URI.create(url);
        boolean web = "http".equalsIgnoreCase(parsed.getScheme()) || "https".equalsIgnoreCase(parsed.getScheme());
        if (!web || parsed.getHost() == null || parsed.getPort() > 65_535) throw new IllegalArgumentException("no " + ALLOWED);
        return new Receiver(parsed, apiKey);
    }

    /** For logs: without what may be secret in it. */
    @Override
    public String toString() {
        return url.getScheme() + "://" + url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort()) + (url.getPath() == null ? "" : url.getPath());
    }
}
