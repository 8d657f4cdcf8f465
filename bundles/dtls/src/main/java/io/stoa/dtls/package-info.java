/**
 * DTLS 1.2 (RFC 6347) with SRTP key export (RFC 5764) behind one small machine: records in, records out.
 *
 * <p>Bouncy Castle does the protocol. Its handshake blocks and keeps its own clock, so it runs on a virtual thread between two queues:
 * the owner puts records in ({@code receive}) and takes records out ({@code drain}, after {@code ready()} was signalled). When the
 * handshake is done the thread ends, and application data (SCTP) is handled on the owner's thread without a hand-off.
 *
 * <p>Its keys are made, and its signatures made and verified, by {@link io.stoa.dtls.KeyOperations}; those of Java are always there.
 *
 * <p>The peer's certificate must match the fingerprint of its description; nothing else authenticates it.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("2.0.0")
package io.stoa.dtls;
