package io.stoa.media;

/** A session description that cannot be used; the message says what is wrong and what would be allowed. */
public final class NegotiationException extends Exception {
    private static final long serialVersionUID = 1;

    public NegotiationException(String message) {
        super(message);
    }

    public NegotiationException(String message, Throwable cause) {
        super(message, cause);
    }
}
