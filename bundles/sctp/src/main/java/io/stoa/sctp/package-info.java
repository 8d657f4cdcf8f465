/**
 * SCTP over DTLS (RFC 8261, 9260) as a machine without IO, and the data channels on it (RFC 8831, 8832).
 *
 * <p>{@link io.stoa.sctp.DataChannels} is what users see: channels with labels, messages of up to 64 KiB. Below it,
 * {@code SctpAssociation} owns the handshake and the packets, {@code SctpSender} what is in flight (fragmentation, congestion control,
 * retransmission, partial reliability of RFC 3758), {@code SctpReceiver} what has arrived (gaps, reassembly, order).
 *
 * <p>One thread. {@code receive}, {@code send} and {@code wake} only take note; {@code flush}, called once after them, composes and
 * transmits packets, so that a batch of received packets is acknowledged once and small messages share a packet.
 *
 * <p>Not here: multi-homing, I-DATA (RFC 8260) and zero checksums, none of which WebRTC needs.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.stoa.sctp;
