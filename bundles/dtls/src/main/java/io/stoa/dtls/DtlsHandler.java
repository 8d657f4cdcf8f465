package io.stoa.dtls;

import org.osgi.annotation.versioning.ConsumerType;

/** What a connection tells its owner: on the owner's thread, except {@link #ready}. */
@ConsumerType
public interface DtlsHandler {
    void transmit(byte[] bytes, int offset, int length);

    void connected(SrtpKeys keys);

    void data(byte[] bytes, int offset, int length);

    /** The other side closed, the handshake failed or timed out, or the certificate is not the announced one. */
    void closed(String reason);

    /** Any thread: call {@link DtlsConnection#drain} soon. */
    void ready();
}
