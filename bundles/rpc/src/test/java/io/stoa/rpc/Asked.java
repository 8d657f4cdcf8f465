package io.stoa.rpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.stoa.auth.Claims;

/** An endpoint by request and answer: requests are written as JSON, and so is what tokens say. */
public final class Asked {
    private final RpcEndpoint endpoint;

    public Asked(RpcEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /** @param claims null for no token */
    public <A extends Message> A call(Class<A> type, String method, String json, String claims) throws RpcException {
        return type.cast(call(method, json, new Caller(claims == null ? null : Claims.fromJson(claims))));
    }

    public Message call(String method, String json, Caller caller) throws RpcException {
        Message.Builder request = endpoint.requestPrototype(method).newBuilderForType();
        try {
            JsonFormat.parser().merge(json, request);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException(method + " " + json, e);
        }
        return endpoint.call(method, request.build(), caller);
    }

    /** {@code code: message}, or {@code granted: answer} */
    public String answer(String method, String json, String claims) {
        try {
            return "granted: " + call(Message.class, method, json, claims);
        } catch (RpcException e) {
            return e.code().text + ": " + e.getMessage();
        }
    }
}
