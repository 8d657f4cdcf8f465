/**
 * HTTP and WebSocket for the edges, on Jetty, without any of Jetty showing.
 *
 * <p>A component owns the server. Edges register {@link io.stoa.http.HttpRoute} services; each request is handled on a virtual thread and
 * sees a {@link io.stoa.http.HttpExchange}: what was asked, by whom (the token is verified before), and how to answer. A route may
 * upgrade the exchange to a WebSocket at any time before it answers, so that a session can be started first. What comes over it is handled on virtual threads, too,
 * unless its listener never waits for anything.
 *
 * <p>Order of what happens to a request (spec 1.2): a bug becomes 500; CORS; a leading {@code //} becomes {@code /}; the body limit;
 * authentication, which lets requests without a token pass; routes; 404.
 *
 * <p>Nobody holds a connection by being slow: a header has 20 s from its first byte, a body 20 s and then at least 16 KiB/s
 * ({@code SlowClients}), and what rests for a minute is closed. WebSockets are RFC 6455 to the letter, as Jetty reads it.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.2.0")
package io.stoa.http;
