package io.stoa.cluster;

/** Why the cluster could not do it; the message is fit for a user. */
public final class ClusterException extends Exception {
    private static final long serialVersionUID = 1;

    /** The words of gRPC and psrpc. */
    public enum Code {
        INVALID_ARGUMENT,
        NOT_FOUND,
        UNAVAILABLE,
        /** What LiveKit says without a code of its own; it becomes 500. */
        UNKNOWN
    }

    private final Code code;

    public ClusterException(Code code, String message) {
        super(message);
        this.code = code;
    }

    public Code code() {
        return code;
    }
}
