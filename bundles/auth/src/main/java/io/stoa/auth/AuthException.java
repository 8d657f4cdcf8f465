package io.stoa.auth;

/** Why a token is refused; fit to be shown to whoever sent it. */
public final class AuthException extends Exception {
    private static final long serialVersionUID = 1;

    public AuthException(String message) {
        super(message);
    }
}
