package io.stoa.srtp.linux;

/**
 * Protects the RTP or the RTCP of one direction, in place. Who calls has checked that header, tag and trailer fit.
 *
 * <p>All return whether it worked; false from unprotecting means that the packet is not authentic.
 */
sealed interface PacketCipher permits AeadCipher, CounterCipher {
    int tagBytes();

    /** @param length of the packet without the tag, which is written behind it */
    boolean protectRtp(byte[] bytes, int offset, int header, int length, int ssrc, long index);

    /** @param length of the packet without the tag that follows */
    boolean unprotectRtp(byte[] bytes, int offset, int header, int length, int ssrc, long index);

    /**
     * @param length without tag and trailer, which are written behind it
     * @param trailer the E flag and the index, of RFC 3711 section 3.4
     */
    boolean protectRtcp(byte[] bytes, int offset, int length, int ssrc, int trailer);

    /** @param length without the tag and the trailer that follow */
    boolean unprotectRtcp(byte[] bytes, int offset, int length, int ssrc, int trailer);

    /** Where the trailer is, behind so many bytes of RTCP. */
    int trailerAt(int length);

    void close();
}
