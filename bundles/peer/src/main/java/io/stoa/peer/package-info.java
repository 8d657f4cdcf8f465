/**
 * One WebRTC connection, composed of ICE, DTLS, SRTP, RTP, SCTP and SDP, still without IO.
 *
 * <p>A {@link io.stoa.peer.Peer} belongs to one media loop and is called there only. Facts go in ({@code receive}, {@code wake},
 * descriptions, candidates), always with the time of the loop's turn; work comes out through its {@link io.stoa.peer.PeerHandler} and,
 * for media, through the loop's {@link io.stoa.peer.PacketOutbox}, which protects and sends a whole turn's packets at once.
 *
 * <h2>Parts</h2>
 *
 * <ul>
 *   <li>{@link io.stoa.peer.Peer} owns the transports and sorts what arrives by its first byte (RFC 7983).
 *   <li>{@code Negotiation} owns the media sections and makes offers and answers; {@code CodecCatalogue} says what is on offer.
 *   <li>{@link io.stoa.peer.Receiver} is a published track, one {@link io.stoa.peer.ReceiveStream} per simulcast layer.
 *   <li>{@link io.stoa.peer.Sender} is a track that the client receives; it writes packets, but decides nothing about them.
 *   <li>{@code MediaTransport} tells whose a packet is, what is missing, and writes and reads reports and feedback.
 * </ul>
 *
 * <p>It deliberately knows no rooms, no forwarding, no packet history: a lost packet's number is handed to whoever keeps the history.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("3.0.0")
package io.stoa.peer;
