package io.stoa.edge.rtc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SignalResponse;

/**
 * The two encodings of signal messages (spec 4.1): protobuf in binary frames, and protobuf's JSON in text frames, written in camel case
 * without defaults, read with tolerance for unknown fields.
 */
final class SignalFrames {
    private static final JsonFormat.Printer PRINTER = JsonFormat.printer().omittingInsignificantWhitespace();
    private static final JsonFormat.Parser PARSER = JsonFormat.parser().ignoringUnknownFields();

    private SignalFrames() {}

    /** @return null if these bytes are no request */
    static SignalRequest parse(byte[] frame) {
        try {
            return SignalRequest.parseFrom(frame);
        } catch (InvalidProtocolBufferException e) {
            return null;
        }
    }

    /** @return null if this text is no request */
    static SignalRequest parse(String frame) {
        var request = SignalRequest.newBuilder();
        try {
            PARSER.merge(frame, request);
        } catch (InvalidProtocolBufferException e) {
            return null;
        }
        return request.build();
    }

    static String json(SignalResponse response) {
        try {
            return PRINTER.print(response);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError("only unknown Any types cannot be printed, and responses have none", e);
        }
    }
}
