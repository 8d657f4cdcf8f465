/**
 * The SRTP engine on jitsi-srtp and the JDK's ciphers (SunJCE, with the processor's AES instructions). It works wherever a JDK does, at the
 * lowest ranking, and allocates about 1 KB per packet inside the JDK's cipher, which only a native engine can avoid.
 *
 * <p>Start reading at {@link io.stoa.srtp.portable.JitsiSrtpContext}. Contexts outlive their component: a connection keeps the engine it
 * was made with.
 */
package io.stoa.srtp.portable;
