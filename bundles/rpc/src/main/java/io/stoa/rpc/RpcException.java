package io.stoa.rpc;

import com.google.protobuf.Any;
import io.stoa.room.RoomException;
import io.stoa.store.StoreException;
import java.util.List;
import java.util.Map;

/** An error that the caller is told. */
public final class RpcException extends Exception {
    private static final long serialVersionUID = 1;

    private final RpcCode code;
    private final transient Map<String, String> meta;
    private final transient List<Any> details;

    public RpcException(RpcCode code, String message) {
        this(code, message, Map.of());
    }

    public RpcException(RpcCode code, String message, Map<String, String> meta) {
        this(code, message, meta, List.of());
    }

    /** @param details as servers on the bus add them */
    public RpcException(RpcCode code, String message, Map<String, String> meta, List<Any> details) {
        super(message);
        this.code = code;
        this.meta = Map.copyOf(meta);
        this.details = List.copyOf(details);
    }

    public static RpcException of(RoomException why) {
        return new RpcException(RpcCode.of(why.code()), why.getMessage());
    }

    public static RpcException of(StoreException why) {
        return new RpcException(RpcCode.UNAVAILABLE, why.getMessage());
    }

    /**
     * @param part a reference that may be empty
     * @param otherwise what is missing, for the caller
     * @throws RpcException {@code unavailable} if it is
     */
    public static <T> T present(T part, String otherwise) throws RpcException {
        if (part == null) throw new RpcException(RpcCode.UNAVAILABLE, otherwise);
        return part;
    }

    public static RpcException notFound(String message) {
        return new RpcException(RpcCode.NOT_FOUND, message);
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

    public List<Any> details() {
        return details == null ? List.of() : details;
    }
}
