package io.stoa.room;

/** Why it could not be done. The code says how an API answers, the message is for its user. */
public final class RoomException extends Exception {
    private static final long serialVersionUID = 1;

    /** The words of gRPC, Twirp and psrpc. */
    public enum Code {
        CANCELED,
        UNKNOWN,
        INVALID_ARGUMENT,
        MALFORMED,
        NOT_FOUND,
        ALREADY_EXISTS,
        PERMISSION_DENIED,
        UNAUTHENTICATED,
        RESOURCE_EXHAUSTED,
        FAILED_PRECONDITION,
        UNIMPLEMENTED,
        UNAVAILABLE,
        DEADLINE_EXCEEDED,
        INTERNAL
    }

    private final Code code;

    public RoomException(Code code, String message) {
        super(message);
        this.code = code;
    }

    public RoomException(Code code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public Code code() {
        return code;
    }
}
