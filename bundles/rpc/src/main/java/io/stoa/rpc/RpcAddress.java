package io.stoa.rpc;

import com.google.protobuf.Message;
import java.util.List;

/** A method at a topic. @param topic such as the name of a room */
public record RpcAddress<Q extends Message, A extends Message>(RpcMethod<Q, A> method, List<String> topic) {
    public RpcAddress {
        topic = List.copyOf(topic);
    }

    @Override
    public String toString() {
        return method.service() + "." + method.name() + (topic.isEmpty() ? "" : " " + topic);
    }
}
