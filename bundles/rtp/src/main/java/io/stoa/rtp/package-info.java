/**
 * RTP and RTCP as bytes in arrays: reused views instead of parsed objects, primitive rings instead of collections. Nothing on the
 * packet path allocates.
 *
 * <p>Received: {@link io.stoa.rtp.RtpView} looks at a packet, {@link io.stoa.rtp.ReceiveStatistics} and {@link io.stoa.rtp.NackList}
 * account for it, {@link io.stoa.rtp.FrameMeaning} says what it means for a decoder, {@link io.stoa.rtp.PacketRing} keeps it. Sent:
 * {@link io.stoa.rtp.SendHistory} remembers what became of it, so that a retransmission needs nobody's decision. Reports and feedback:
 * {@link io.stoa.rtp.RtcpView} and {@link io.stoa.rtp.RtcpWriter}. Redundant audio: {@link io.stoa.rtp.RedView} and
 * {@link io.stoa.rtp.RedWriter}.
 *
 * <p>Sources: RFC 2198, 3550, 4585, 4588, 5104, 5285/8285, 6184, 6464, 7741, 7798, 9628 and the AV1 RTP specification.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.3.0")
package io.stoa.rtp;
