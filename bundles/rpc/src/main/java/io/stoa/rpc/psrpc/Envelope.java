package io.stoa.rpc.psrpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.stoa.protocol.psrpc.Msg;
import java.util.Optional;

/** Every message on the bus says what it is: {@code internal.Msg}, which a {@code google.protobuf.Any} is, too. */
final class Envelope {
    private static final String PREFIX = "type.googleapis.com/";

    private Envelope() {}

    static byte[] wrap(Message message) {
        return Msg.newBuilder().setTypeUrl(PREFIX + message.getDescriptorForType().getFullName()).setValue(message.toByteString()).build().toByteArray();
    }

    /** @return empty if it is something else, which is counted */
    static <M extends Message> Optional<M> unwrap(byte[] bytes, M prototype, RpcDrops drops) {
        try {
            Msg envelope = Msg.parseFrom(bytes);
            String name = prototype.getDescriptorForType().getFullName();
            String url = envelope.getTypeUrl();
            if (!url.endsWith(name) || url.length() > name.length() && url.charAt(url.length() - name.length() - 1) != '/') {
                drops.count(RpcDrop.UNEXPECTED_TYPE);
                return Optional.empty();
            }
            return Optional.of(parse(prototype, envelope.getValue()));
        } catch (InvalidProtocolBufferException e) {
            drops.count(RpcDrop.MALFORMED);
            return Optional.empty();
        }
    }

    @SuppressWarnings("unchecked") // a prototype's parser makes its kind
    static <M extends Message> M parse(M prototype, com.google.protobuf.ByteString bytes) throws InvalidProtocolBufferException {
        return (M) prototype.getParserForType().parseFrom(bytes);
    }
}
