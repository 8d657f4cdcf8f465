/** One WebRTC connection composed of ICE, DTLS, SRTP, RTP, SCTP, SDP; without IO. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.stoa.peer;
