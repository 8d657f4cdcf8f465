/**
 * Signalling sessions between a WebSocket and a room: start or resume, pings answered at once, tokens refreshed. What a request means is
 * the room's business.
 *
 * <p>Both neighbours may be replaced. When the room manager is, a {@link io.stoa.signal.ParticipantSession} keeps what its client says and
 * looks for its participant under the next one; when this bundle is, {@code edge.rtc} keeps the WebSocket and has the next signal server
 * adopt the session, which then looks for its participant in the same way.
 */
package io.stoa.signal;
