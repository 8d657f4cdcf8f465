package io.stoa.rpc;

/** Error codes of Twirp, with the HTTP and the gRPC status of each (spec 1.4). */
public enum RpcCode {
    CANCELED("canceled", 408, 1),
    UNKNOWN("unknown", 500, 2),
    INVALID_ARGUMENT("invalid_argument", 400, 3),
    MALFORMED("malformed", 400, 3),
    DEADLINE_EXCEEDED("deadline_exceeded", 408, 4),
    NOT_FOUND("not_found", 404, 5),
    BAD_ROUTE("bad_route", 404, 5),
    ALREADY_EXISTS("already_exists", 409, 6),
    PERMISSION_DENIED("permission_denied", 403, 7),
    UNAUTHENTICATED("unauthenticated", 401, 16),
    RESOURCE_EXHAUSTED("resource_exhausted", 429, 8),
    FAILED_PRECONDITION("failed_precondition", 412, 9),
    ABORTED("aborted", 409, 10),
    OUT_OF_RANGE("out_of_range", 400, 11),
    UNIMPLEMENTED("unimplemented", 501, 12),
    INTERNAL("internal", 500, 13),
    UNAVAILABLE("unavailable", 503, 14),
    DATA_LOSS("data_loss", 500, 15);

    public final String text;
    public final int httpStatus;
    public final int grpcStatus;

    RpcCode(String text, int httpStatus, int grpcStatus) {
        this.text = text;
        this.httpStatus = httpStatus;
        this.grpcStatus = grpcStatus;
    }

    /** From the words of room, cluster and store contracts, which are a subset. */
    public static RpcCode of(Enum<?> code) {
        return valueOf(code.name());
    }
}
