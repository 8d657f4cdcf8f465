package io.stoa.srtp;

import org.osgi.annotation.versioning.ProviderType;

/**
 * One direction of one connection. Packets are changed in place; behind a packet that is to be protected there must be
 * {@link #OVERHEAD} free bytes.
 *
 * <p>Unprotect methods return the new length, or a negative number: {@code -(Drop.ordinal() + 1)}, see {@link #dropOf}.
 */
@ProviderType
public interface SrtpContext {
    /** Longest authentication tag and SRTCP index. */
    int OVERHEAD = 16 + 4;

    /** @return new length, -1 if the packet is no RTP packet or the SSRC limit is reached */
    int protectRtp(byte[] bytes, int offset, int length);

    int unprotectRtp(byte[] bytes, int offset, int length);

    int protectRtcp(byte[] bytes, int offset, int length);

    int unprotectRtcp(byte[] bytes, int offset, int length);

    /** What another engine needs to go on from here. */
    SrtpState state();

    /** Keys are forgotten, native memory is given back. What is asked of it afterwards fails: -1, or {@link io.stoa.base.Drop#SRTP_TOO_EARLY}. */
    void close();

    /** The result that names a drop. */
    static int refused(io.stoa.base.Drop drop) {
        return -(drop.ordinal() + 1);
    }

    /** What a negative result of an unprotect method means. */
    static io.stoa.base.Drop dropOf(int result) {
        return io.stoa.base.Drop.values()[-result - 1];
    }
}
