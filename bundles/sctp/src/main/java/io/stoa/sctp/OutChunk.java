package io.stoa.sctp;

/** One DATA chunk in flight. */
final class OutChunk {
    final OutMessage message;
    final int tsn;
    final int offset;
    final int length;
    final int flags;
    int sends;
    int missing;
    /** Only an acknowledgement of something sent later than this chunk says that it is missing. */
    int lastBefore;
    long sentAt;
    boolean acked;
    boolean inFlight;
    boolean resend;

    OutChunk(OutMessage message, int tsn, int offset, int length, int flags) {
        this.message = message;
        this.tsn = tsn;
        this.offset = offset;
        this.length = length;
        this.flags = flags;
    }
}
