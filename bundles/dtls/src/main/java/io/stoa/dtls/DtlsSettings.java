package io.stoa.dtls;

import java.util.List;

/**
 * @param profiles SRTP protection profiles by IANA id, preferred first
 * @param handshakeMillis until an unfinished handshake is given up
 * @param retransmitMillis first retransmission of a flight
 */
public record DtlsSettings(DtlsCertificate certificate, boolean client, List<Integer> profiles, int handshakeMillis, int retransmitMillis) {
    /** Largest record we send in a handshake; safe for every path that ICE finds. */
    public static final int MTU = 1_200;

    public static DtlsSettings of(DtlsCertificate certificate, boolean client) {
        return of(certificate, client, List.of(0x0007, 0x0008, 0x0001));
    }

    public static DtlsSettings of(DtlsCertificate certificate, boolean client, List<Integer> profiles) {
        return new DtlsSettings(certificate, client, profiles, 60_000, 100);
    }
}
