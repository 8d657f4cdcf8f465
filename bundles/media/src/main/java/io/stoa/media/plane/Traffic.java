package io.stoa.media.plane;

/** Media that has come and gone over a connection, or over several. Only their loop writes. */
final class Traffic {
    private long packetsIn;
    private long packetsOut;
    private long bytesIn;
    private long bytesOut;

    void came(int bytes) {
        packetsIn++;
        bytesIn += bytes;
    }

    void went(int bytes) {
        packetsOut++;
        bytesOut += bytes;
    }

    void add(Traffic other) {
        packetsIn += other.packetsIn;
        packetsOut += other.packetsOut;
        bytesIn += other.bytesIn;
        bytesOut += other.bytesOut;
    }

    long packetsIn() {
        return packetsIn;
    }

    long packetsOut() {
        return packetsOut;
    }

    long bytesIn() {
        return bytesIn;
    }

    long bytesOut() {
        return bytesOut;
    }
}
