/**
 * Signalling sessions between a WebSocket and a room: start or resume, pings answered at once, tokens refreshed. What a request means is
 * the room's business.
 *
 * <p>Both neighbours may be replaced. When the room manager is, a {@link io.stoa.signal.ParticipantSession} keeps what its client says and
 * looks for its participant under the next one; when this bundle is, {@code edge.rtc} keeps the WebSocket and has the next signal server
 * adopt the session, which then looks for its participant in the same way.
 *
 * <p>Where the room lives on another node ({@link io.stoa.signal.Placement}), requests and responses go there and back in batches
 * ({@link io.stoa.signal.RelayedSession} on this side, {@link io.stoa.signal.RelayDoor} on that one, spec 7.6). Such a session ends with
 * the signal server of either side: its client resumes.
 */
package io.stoa.signal;
