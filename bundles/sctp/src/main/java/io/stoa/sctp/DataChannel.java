package io.stoa.sctp;

/** A data channel: a stream in each direction with a label. */
public final class DataChannel {
    enum State {
        CONNECTING,
        OPEN,
        CLOSING,
        CLOSED
    }

    private final String label;
    private final String protocol;
    private final boolean ordered;
    private final Reliability reliability;
    int stream;
    State state = State.CONNECTING;
    long bufferedBytes;

    DataChannel(int stream, String label, String protocol, boolean ordered, Reliability reliability) {
        this.stream = stream;
        this.label = label;
        this.protocol = protocol;
        this.ordered = ordered;
        this.reliability = reliability;
    }

    /** -1 until the association decides which ids are ours. */
    public int stream() {
        return stream;
    }

    public String label() {
        return label;
    }

    public String protocol() {
        return protocol;
    }

    public boolean ordered() {
        return ordered;
    }

    public Reliability reliability() {
        return reliability;
    }

    public boolean isOpen() {
        return state == State.OPEN;
    }

    int nameLength() {
        return label.length() + protocol.length();
    }

    /** Given to {@link DataChannels#send} and not acknowledged (or given up) yet. */
    public long bufferedBytes() {
        return bufferedBytes;
    }

    @Override
    public String toString() {
        return "DataChannel[" + stream + " " + label + " " + state + "]";
    }
}
