package io.stoa.rpc;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An error that the caller is told. */
public final class RpcException extends Exception {
    private static final long serialVersionUID = 1;

    /** Where Twirp's clients look for details (spec 1.4). */
    private static final String DETAILS = "error_details";

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
        this.details = List.copyOf(details);
        Map<String, String> all = new HashMap<>(meta);
        if (!details.isEmpty()) all.put(DETAILS, Base64.getEncoder().encodeToString(status(code, message, details)));
        this.meta = Map.copyOf(all);
    }

    /** A {@code google.rpc.Status}: code = 1, message = 2, details = 3. */
    private static byte[] status(RpcCode code, String message, List<Any> details) {
        UnknownFieldSet.Field.Builder all = UnknownFieldSet.Field.newBuilder();
        details.forEach(detail -> all.addLengthDelimited(detail.toByteString()));
        return UnknownFieldSet.newBuilder()
                .addField(1, UnknownFieldSet.Field.newBuilder().addVarint(code.grpcStatus).build())
                .addField(2, UnknownFieldSet.Field.newBuilder().addLengthDelimited(ByteString.copyFromUtf8(message)).build())
                .addField(3, all.build())
                .build()
                .toByteArray();
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
