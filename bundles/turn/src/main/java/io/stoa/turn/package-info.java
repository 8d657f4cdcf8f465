/**
 * A TURN server (RFC 8656, and RFC 5766 for older clients) that relays UDP for clients that come over UDP, TCP or TLS.
 *
 * <p>{@link io.stoa.turn.TurnServer} is a machine: messages of clients, datagrams of peers and time go in; messages, relay ports to open
 * and to close, and the next deadline come out through {@link io.stoa.turn.TurnHandler}. It belongs to one thread, opens no socket and
 * reads no clock. A client is a {@link io.stoa.base.Flow}, compared by identity: over UDP one per remote address that has an allocation, over
 * TCP and TLS one per connection ({@link io.stoa.turn.TurnFrames} cuts the stream).
 *
 * <p>What it keeps is bounded: nothing for whoever has shown no credentials (nonces are computed, not remembered), allocations by the range
 * of relay ports and by user, permissions and channels by allocation.
 *
 * <p>Where a client may send is decided by {@link io.stoa.turn.PeerRules}; who may have an allocation by the owner's
 * {@link io.stoa.turn.TurnCredentials}.
 *
 * <p>Not here: relayed TCP (RFC 6062), two families in one allocation (RFC 8656 section 7.2 says how to decline), DONT-FRAGMENT, ICMP,
 * mobility, alternate servers, SHA-256 integrity. What is asked for and not here gets the error that the RFC has for it.
 *
 * <p>Start reading at {@link io.stoa.turn.TurnServer}, then {@code Requests}.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.stoa.turn;
