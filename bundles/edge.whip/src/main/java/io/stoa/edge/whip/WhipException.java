package io.stoa.edge.whip;

/** What the client is told instead of what it wanted: a status of HTTP and one sentence. */
final class WhipException extends Exception {
    private static final long serialVersionUID = 1;

    private final int status;

    WhipException(int status, String message) {
        super(message);
        this.status = status;
    }

    int status() {
        return status;
    }
}
