/**
 * Calls on a virtual network: the whole media plane behind its contract, real connections at the other ends, minutes in milliseconds.
 *
 * <p>{@code VirtualNet} owns time and everything on its way; {@code Link} says what happens to one direction of one client. {@code Room}
 * is a server: the plane on {@code HandIo}, whose loops are turned by the network, and the forwarding engine of the day. {@code Client}
 * is one WebRTC connection with its signalling; it sends what {@code Source}s make and judges what arrives as {@code Incoming} tracks:
 * numbers, pictures, time, and whether a decoder could have shown it ({@code Body} says in each packet what it is).
 *
 * <p>Everything is driven by the test's thread. Only DTLS handshakes compute elsewhere, and time stands still for them. A scenario names
 * its seed in every message; the same seed makes the same call, once connected.
 *
 * <p>Start reading at {@code CallTest}.
 */
package io.stoa.simulation;
