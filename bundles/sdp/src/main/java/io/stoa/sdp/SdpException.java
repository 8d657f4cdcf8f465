package io.stoa.sdp;

/** A description that cannot be read; names the line and what is allowed there. */
public final class SdpException extends Exception {
    private static final long serialVersionUID = 1;

    public SdpException(String message) {
        super(message);
    }

    SdpException(int line, String text, String fault) {
        super("SDP line " + line + " (" + (text.length() > 80 ? text.substring(0, 80) + "…" : text) + "): " + fault);
    }
}
