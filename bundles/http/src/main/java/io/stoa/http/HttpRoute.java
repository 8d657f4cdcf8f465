package io.stoa.http;

import org.osgi.annotation.versioning.ConsumerType;

/** Answers requests of one path. Register as a service; the set may change at any time. */
@ConsumerType
public interface HttpRoute {
    /** An exact path such as {@code /rtc}, or a prefix ending in {@code /} such as {@code /twirp/}. The longest match counts, of one path the service's ranking. */
    String path();

    /** On a virtual thread: may block. Must answer or upgrade; what it throws becomes a 500. */
    void handle(HttpExchange exchange) throws Exception;
}
