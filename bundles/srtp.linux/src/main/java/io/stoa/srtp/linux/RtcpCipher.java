package io.stoa.srtp.linux;

/**
 * Protects the RTCP of one direction, in place. Who calls has checked that tag and trailer fit.
 *
 * <p>Both return whether it worked; false from unprotecting means that the packet is not authentic.
 */
sealed interface RtcpCipher permits AeadCipher, CounterCipher {
    int tagBytes();

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
