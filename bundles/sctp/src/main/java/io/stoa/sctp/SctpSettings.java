package io.stoa.sctp;

/**
 * @param packetBytes longest SCTP packet that we send, inside a DTLS record
 * @param maxMessageBytes longest message in either direction
 * @param sendBufferBytes what may wait to be sent before {@code send} refuses
 * @param receiveWindowBytes what the other side may have in flight and unassembled
 */
public record SctpSettings(int packetBytes, int maxMessageBytes, int sendBufferBytes, int receiveWindowBytes) {
    public static final int PORT = 5_000;
    public static final SctpSettings DEFAULT = new SctpSettings(1_150, 65_535, 16 << 20, 1 << 20);
}
