/**
 * The front door of clients: {@code /rtc} (two peer connections), {@code /rtc/v1} (one), and {@code validate} below each, by which an
 * SDK learns why a connection failed (spec 1.3, 1.5, 4.1, 4.2).
 *
 * <p>A request passes three stations. {@code ConnectParameters} says what the client asked for, whichever of the two forms it used
 * ({@code JoinRequestDecoder} opens the packed one). {@code Admission} compares that with the token and the server's limits, in the
 * documented order, because clients tell their users what the first failing check says. {@code SignalSocket} then carries the session:
 * frames in, responses out.
 *
 * <p>The WebSocket is accepted only when the session has started and its first response is waiting, so that a client never holds an open
 * socket that leads nowhere; what goes wrong before is an HTTP status with a sentence. Without a {@code SignalServer} that is 503.
 *
 * <p>Sockets outlive signal servers: while one is replaced, what a client says waits, and the next one adopts the session. Only if none comes
 * within ten seconds are sockets closed, so that clients look for one by themselves.
 *
 * <p>Threads: a request comes on a virtual thread of the HTTP server and may block; frames of its WebSocket come one at a time; responses
 * come from rooms. Nobody waits for a slow client: what is sent is queued, and a client that lets its queue overflow is disconnected. One
 * timer keeps all WebSockets awake.
 *
 * <p>Nothing here knows what a signal message means; rooms do.
 */
package io.stoa.edge.rtc;
