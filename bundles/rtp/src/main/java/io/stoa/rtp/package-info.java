/** RTP and RTCP views, header extensions, payload descriptors, receive statistics, NACK, packet history. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.stoa.rtp;
