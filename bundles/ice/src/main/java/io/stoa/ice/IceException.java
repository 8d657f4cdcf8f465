package io.stoa.ice;

/** A candidate that cannot be used; says what is wrong and what is allowed. */
public final class IceException extends Exception {
    private static final long serialVersionUID = 1;

    public IceException(String message) {
        super(message);
    }
}
