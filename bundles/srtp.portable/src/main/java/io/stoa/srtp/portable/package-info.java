/**
 * The SRTP engine on jitsi-srtp and the JDK's ciphers (SunJCE, with the processor's AES instructions). It works wherever a JDK does, at the
 * lowest ranking, and allocates about 1 KB per packet inside the JDK's cipher, which only a native engine can avoid.
 *
 * <p>Start reading at {@link io.stoa.srtp.portable.JitsiSrtpContext}. Contexts outlive their component: a connection
 * keeps its engine until there is another, which takes over what {@link io.stoa.srtp.portable.JitsiFields} reads.
 */
package io.stoa.srtp.portable;
