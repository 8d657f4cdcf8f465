package io.stoa.ice;

import io.stoa.base.Drop;

/** A candidate that cannot be used; says what is wrong and what is allowed. */
public final class IceException extends Exception {
    private static final long serialVersionUID = 1;

    private final Drop drop;

    public IceException(Drop drop, String message) {
        super(message);
        this.drop = drop;
    }

    /** As what it counts. */
    public Drop drop() {
        return drop;
    }
}
