package io.stoa.srtp.linux;

/**
 * Protects the RTP of one direction, in place. Who calls has checked that header and tag fit.
 *
 * <p>Both return whether it worked; false from unprotecting means that the packet is not authentic.
 */
sealed interface RtpCipher permits AeadCipher, CounterCipher, IpsecMbCipher {
    int tagBytes();

    /** @param length of the packet without the tag, which is written behind it */
    boolean protectRtp(byte[] bytes, int offset, int header, int length, int ssrc, long index);

    /** @param length of the packet without the tag that follows */
    boolean unprotectRtp(byte[] bytes, int offset, int header, int length, int ssrc, long index);

    void close();
}
