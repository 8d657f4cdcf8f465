package io.stoa.dtls;

import org.osgi.annotation.versioning.ConsumerType;

/** What a connection tells its owner: on the owner's thread, except {@link #ready}. */
@ConsumerType
public interface DtlsHandler {
    void transmit(byte[] bytes, int offset, int length);

    void connected(SrtpKeys keys);

    void data(byte[] bytes, int offset, int length);

    /** The handshake failed or timed out, the certificate is not the announced one, or a record could not be worked on. */
    void closed(String reason);

    /** The other side has said that it sends no more (close_notify). */
    void closedByOther();

    /** Any thread: call {@link DtlsConnection#drain} soon. */
    void ready();
}
