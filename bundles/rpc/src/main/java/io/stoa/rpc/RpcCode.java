package io.stoa.rpc;

/** Error codes of Twirp, with the HTTP status of each (spec 1.4). */
public enum RpcCode {
    CANCELED("canceled", 408),
    UNKNOWN("unknown", 500),
    INVALID_ARGUMENT("invalid_argument", 400),
    MALFORMED("malformed", 400),
    DEADLINE_EXCEEDED("deadline_exceeded", 408),
    NOT_FOUND("not_found", 404),
    BAD_ROUTE("bad_route", 404),
    ALREADY_EXISTS("already_exists", 409),
    PERMISSION_DENIED("permission_denied", 403),
    UNAUTHENTICATED("unauthenticated", 401),
    RESOURCE_EXHAUSTED("resource_exhausted", 429),
    FAILED_PRECONDITION("failed_precondition", 412),
    ABORTED("aborted", 409),
    OUT_OF_RANGE("out_of_range", 400),
    UNIMPLEMENTED("unimplemented", 501),
    INTERNAL("internal", 500),
    UNAVAILABLE("unavailable", 503),
    DATA_LOSS("data_loss", 500);

    public final String text;
    public final int httpStatus;

    RpcCode(String text, int httpStatus) {
        this.text = text;
        this.httpStatus = httpStatus;
    }

    /** From the words of room, cluster and store contracts, which are a subset. */
    public static RpcCode of(Enum<?> code) {
        return valueOf(code.name());
    }
}
