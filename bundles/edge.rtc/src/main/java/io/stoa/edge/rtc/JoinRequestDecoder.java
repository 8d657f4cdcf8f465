package io.stoa.edge.rtc;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.stoa.protocol.livekit.JoinRequest;
import io.stoa.protocol.livekit.WrappedJoinRequest;
import java.io.IOException;
import java.util.Base64;
import java.util.zip.GZIPInputStream;

/**
 * Opens {@code join_request}: URL-safe base64 of a {@code WrappedJoinRequest}, whose bytes are a {@code JoinRequest}, as they are or
 * gzipped (spec 4.2). Whatever the bytes say, at most {@link #MAX_BYTES} of them are unpacked.
 */
final class JoinRequestDecoder {
    static final int MAX_BYTES = 1 << 20;

    private JoinRequestDecoder() {}

    static JoinRequest decode(String parameter) throws Refusal {
        return inner(wrapped(parameter));
    }

    private static WrappedJoinRequest wrapped(String parameter) throws Refusal {
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(parameter);
        } catch (IllegalArgumentException e) {
            throw new Refusal(400, "cannot base64 decode wrapped join request");
        }
        try {
            return WrappedJoinRequest.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new Refusal(400, "cannot unmarshal wrapped join request");
        }
    }

    private static JoinRequest inner(WrappedJoinRequest wrapped) throws Refusal {
        ByteString bytes =
                switch (wrapped.getCompression()) {
                    case NONE -> wrapped.getJoinRequest();
                    case GZIP -> gunzip(wrapped.getJoinRequest());
                    case UNRECOGNIZED -> throw new Refusal(400, "cannot unmarshal wrapped join request");
                };
        if (bytes.size() > MAX_BYTES) throw new Refusal(400, "join request too large");
        try {
            return JoinRequest.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new Refusal(400, "cannot unmarshal join request");
        }
    }

    private static ByteString gunzip(ByteString packed) throws Refusal {
        try (var stream = new GZIPInputStream(packed.newInput())) {
            return ByteString.copyFrom(stream.readNBytes(MAX_BYTES + 1));
        } catch (IOException e) {
            throw new Refusal(400, "cannot read decompressed join request");
        }
    }
}
