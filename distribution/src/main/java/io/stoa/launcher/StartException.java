package io.stoa.launcher;

/** Why the server cannot start; the message is for the person who started it and fits on a screen. */
final class StartException extends Exception {
    private static final long serialVersionUID = 1;

    StartException(String message) {
        super(message);
    }
}
