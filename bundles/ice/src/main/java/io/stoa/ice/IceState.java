package io.stoa.ice;

/** States of an agent, and which may follow which. */
public enum IceState {
    NEW,
    CHECKING,
    CONNECTED,
    /** No consent for {@link IceSettings#disconnectedNanos}; checks go on. */
    DISCONNECTED,
    /** Only a restart helps. */
    FAILED,
    CLOSED;

    boolean mayBecome(IceState next) {
        return switch (this) {
            case NEW -> next == CHECKING || next == CLOSED;
            case CHECKING -> next == CONNECTED || next == FAILED || next == CLOSED;
            case CONNECTED -> next == DISCONNECTED || next == CHECKING || next == CLOSED;
            case DISCONNECTED -> next == CONNECTED || next == FAILED || next == CHECKING || next == CLOSED;
            case FAILED -> next == CHECKING || next == CONNECTED || next == CLOSED;
            case CLOSED -> false;
        };
    }
}
