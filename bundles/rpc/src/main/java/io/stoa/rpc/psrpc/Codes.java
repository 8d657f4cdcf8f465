package io.stoa.rpc.psrpc;

import com.google.protobuf.Any;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Errors on the bus: psrpc has the words of Twirp, and a few more (spec 1.4). */
final class Codes {
    private static final Map<String, RpcCode> BY_TEXT = Arrays.stream(RpcCode.values()).collect(Collectors.toUnmodifiableMap(code -> code.text, code -> code));
    private static final Map<String, RpcCode> OTHERS = Map.of(
            "malformed_request", RpcCode.MALFORMED,
            "malformed_result", RpcCode.MALFORMED,
            "upstream_server_error", RpcCode.INTERNAL,
            "upstream_client_error", RpcCode.INVALID_ARGUMENT);

    private Codes() {}

    static RpcException error(String code, String message, List<Any> details) {
        return new RpcException(BY_TEXT.getOrDefault(code, OTHERS.getOrDefault(code, RpcCode.UNKNOWN)), message, Map.of(), details);
    }

    static String text(RpcCode code) {
        return switch (code) {
            case MALFORMED -> "malformed_request";
            case BAD_ROUTE -> RpcCode.NOT_FOUND.text;
            default -> code.text;
        };
    }

    static RpcException canceled() {
        return new RpcException(RpcCode.CANCELED, "request canceled");
    }

    static RpcException timedOut() {
        return new RpcException(RpcCode.DEADLINE_EXCEEDED, "request timed out");
    }

    static RpcException streamClosed() {
        return new RpcException(RpcCode.CANCELED, "stream closed");
    }
}
