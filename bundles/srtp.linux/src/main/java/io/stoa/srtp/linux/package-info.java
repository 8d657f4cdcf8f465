/**
 * The SRTP engine, and the key operations of DTLS, on OpenSSL 3, called through the foreign-function API: no garbage per packet, and counter mode at twice the speed of the
 * JDK. It outranks {@code srtp.portable} where it works.
 *
 * <p>{@link io.stoa.srtp.linux.NativeCrypto} looks for the library when the bundle starts, puts known questions to it, lets it run for a
 * moment beside the engine that is there, and only then offers the service; else one line in the log says why not, and nothing else
 * changes. The key operations ({@link io.stoa.srtp.linux.LibCryptoKeys}) are offered the same way. {@link io.stoa.srtp.linux.LibCrypto} has the functions, {@link io.stoa.srtp.linux.EvpCipher} one cipher with its key, which is
 * memory of libcrypto: {@link io.stoa.srtp.linux.LibCryptoContext#close} gives it back. Packets pass through {@link io.stoa.srtp.linux.Staging},
 * memory outside the heap that each thread has once.
 *
 * <p>A context has one cipher for RTP and one for RTCP, for all SSRCs: with a key derivation rate of 0 session keys do not depend on them.
 * Indices and replay windows are those of {@link io.stoa.srtp.SrtpSources}.
 *
 * <p>Where the processor has VAES and libIPSec_MB is there, AES-GCM of RTP is that of {@link io.stoa.srtp.linux.IpsecMb}
 * ({@link io.stoa.srtp.linux.IpsecMbCipher}); everything else stays with libcrypto.
 *
 * <p>Not here: other systems' names of these libraries.
 */
package io.stoa.srtp.linux;
