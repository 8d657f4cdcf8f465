package io.stoa.sdp;

/** A description that cannot be read; names the line and what is allowed there. */
public final class SdpException extends Exception {
    private static final long serialVersionUID = 1;

    public SdpException(String message) {
        super(message);
    }

    SdpException(int line, String text, String fault) {
        super("SDP line " + line + " (" + shown(text, 80) + "): " + shown(fault, 200));
    }

    private static String shown(String text, int most) {
        return text.length() > most ? text.substring(0, most) + "…" : text;
    }
}
