/**
 * Publishing over HTTP (WHIP, RFC 9725): a participant without a WebSocket. Its offer comes with the request, its answer leaves with the
 * response, candidates included; {@link io.stoa.edge.whip.Publisher} is the signalling session in between, as a client with one peer
 * connection would have it.
 *
 * <p>That session ends as soon as the client is connected: the participant stays as long as its media connection answers, and is gone ten
 * seconds after it does not. What comes later (a candidate, an ICE restart, the end) resumes the session for a moment. What an ICE restart is
 * made of goes from one edge to the next by the line of what is in memory ({@link io.stoa.edge.whip.SessionKeeper}).
 */
package io.stoa.edge.whip;
