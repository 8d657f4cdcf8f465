/**
 * Protection of media: the {@link io.stoa.srtp.SrtpEngine} contract, batches in and batches out. Engines are bundles of their own
 * ({@code srtp.portable}, {@code srtp.linux}), found as services; the media plane hands the engine of the day to every connection.
 *
 * <p>A {@link io.stoa.srtp.SrtpContext} is one direction of one connection, with all its SSRCs: it holds keys, roll-over counters and
 * replay windows, belongs to the loop of its peer, and is not safe for other threads. RTP and RTCP are changed in place. What cannot be
 * unprotected is a named {@link io.stoa.base.Drop}; nothing throws because of what arrived. All of it that outlives an engine is its
 * {@link io.stoa.srtp.SrtpState}, of which another engine makes a context that goes on with the next packet.
 *
 * <p>What is the same for every engine is here: {@link io.stoa.srtp.SrtpSources} guesses indices and keeps replay windows,
 * {@link io.stoa.srtp.SrtpTrial} says whether an engine works, and how fast.
 *
 * <p>Suites (RFC 3711, 5764, 7714): AEAD_AES_128_GCM, AEAD_AES_256_GCM, AES128_CM_HMAC_SHA1_80.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.1.0")
package io.stoa.srtp;
