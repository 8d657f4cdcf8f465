package io.stoa.peer;

/** What was asked for by RTCP feedback (RFC 4585, RFC 5104), in both directions. One writer, the loop. */
public final class FeedbackCounts {
    private long nacksIn;
    private long nacksOut;
    private long plisIn;
    private long plisOut;
    private long firsIn;

    void nackIn(int packets) {
        nacksIn += packets;
    }

    void nackOut(int packets) {
        nacksOut += packets;
    }

    void pliIn() {
        plisIn++;
    }

    void pliOut() {
        plisOut++;
    }

    void firIn() {
        firsIn++;
    }

    public void add(FeedbackCounts other) {
        nacksIn += other.nacksIn;
        nacksOut += other.nacksOut;
        plisIn += other.plisIn;
        plisOut += other.plisOut;
        firsIn += other.firsIn;
    }

    /** Packets that the client has asked for again. */
    public long nacksIn() {
        return nacksIn;
    }

    /** Packets that the client was asked for again. */
    public long nacksOut() {
        return nacksOut;
    }

    public long plisIn() {
        return plisIn;
    }

    public long plisOut() {
        return plisOut;
    }

    /** Nobody is sent any: PLI does. */
    public long firsIn() {
        return firsIn;
    }
}
