package io.stoa.rpc;

import java.util.Map;

/** An error that the caller is told. */
public final class RpcException extends Exception {
    private static final long serialVersionUID = 1;

    private final RpcCode code;
    private final transient Map<String, String> meta;

    public RpcException(RpcCode code, String message) {
        this(code, message, Map.of());
    }

    public RpcException(RpcCode code, String message, Map<String, String> meta) {
        super(message);
        this.code = code;
        this.meta = Map.copyOf(meta);
    }

    public static RpcException invalidArgument(String message) {
        return new RpcException(RpcCode.INVALID_ARGUMENT, message);
    }

    public RpcCode code() {
        return code;
    }

    public Map<String, String> meta() {
        return meta == null ? Map.of() : meta;
    }
}
