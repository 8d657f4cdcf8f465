package io.stoa.sctp;

/** A message on its way out, shared by its fragments. */
final class OutMessage {
    final int stream;
    final int ppid;
    final boolean ordered;
    final byte[] bytes;
    final int maxRetransmits;
    final long expiresAt;
    final DataChannel channel;
    int ssn;
    int sentBytes;
    boolean abandoned;

    OutMessage(int stream, int ppid, boolean ordered, byte[] bytes, int maxRetransmits, long expiresAt, DataChannel channel) {
        this.stream = stream;
        this.ppid = ppid;
        this.ordered = ordered;
        this.bytes = bytes;
        this.maxRetransmits = maxRetransmits;
        this.expiresAt = expiresAt;
        this.channel = channel;
    }
}
