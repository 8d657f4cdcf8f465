package io.stoa.edge.rtc;

/** Why a client is not let in: an HTTP status and the text of the body. Without a stack, for it is an answer and no accident. */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1;

    private final int status;

    Refusal(int status, String text) {
        super(text, null, false, false);
        this.status = status;
    }

    int status() {
        return status;
    }
}
