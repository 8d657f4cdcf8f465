package io.stoa.http;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.ConnectionMetaData;

/**
 * Cuts off who takes too long to say what it wants: every byte of a header renews the idle timeout, so that alone would let a client hold
 * a connection for ever. The time runs from the first byte of a header, not while a connection rests between requests.
 */
final class SlowClients implements Connection.Listener {
    /** A header of a megabyte (a join request with an offer) comes in this time over 500 kbit/s. */
    static final long HEADER_NANOS = TimeUnit.SECONDS.toNanos(20);
    /** So long a body may take as it likes; then it must come at this pace. */
    static final long BODY_GRACE_NANOS = TimeUnit.SECONDS.toNanos(20);
    static final int BODY_BYTES_PER_SECOND = 16 << 10;

    private final Map<Connection, Header> headers = new ConcurrentHashMap<>();

    /** What has come of a request that is not there yet. */
    private static final class Header {
        private boolean handled;
        private boolean begun;
        private long bytesBefore;
        private long begunAt;

        synchronized void handled(boolean now, long bytes) {
            handled = now;
            begun = false;
            bytesBefore = bytes;
        }

        /** @return nanoseconds that it is under way; -1 if it is not */
        synchronized long age(long bytes, long now) {
            if (handled || bytes == bytesBefore) return -1;
            if (!begun) begunAt = now;
            begun = true;
            return now - begunAt;
        }
    }

    @Override
    public void onOpened(Connection connection) {
        if (connection instanceof ConnectionMetaData) headers.put(connection, new Header()); // a WebSocket's is none
    }

    @Override
    public void onClosed(Connection connection) {
        headers.remove(connection);
    }

    /** The header is complete. */
    void requested(Connection connection) {
        handled(connection, true);
    }

    /** The next one may come. */
    void answered(Connection connection) {
        handled(connection, false);
    }

    private void handled(Connection connection, boolean now) {
        Header header = headers.get(connection);
        if (header != null) header.handled(now, connection.getBytesIn());
    }

    /** @return on how many connections a header was under way */
    int sweep(long now) {
        int underWay = 0;
        for (Map.Entry<Connection, Header> one : headers.entrySet()) {
            long age = one.getValue().age(one.getKey().getBytesIn(), now);
            if (age >= 0) underWay++;
            if (age > HEADER_NANOS) one.getKey().getEndPoint().close();
        }
        return underWay;
    }

    /** Whether a body of which so much has come since then is too slow. */
    static boolean isSlow(long bytes, long sinceNanos, long now) {
        long taken = now - sinceNanos - BODY_GRACE_NANOS;
        return taken > 0 && bytes < BODY_BYTES_PER_SECOND * (taken / 1_000_000_000.0);
    }
}
