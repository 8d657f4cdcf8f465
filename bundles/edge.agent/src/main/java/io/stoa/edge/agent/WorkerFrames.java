package io.stoa.edge.agent;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.stoa.protocol.livekit.ServerMessage;
import io.stoa.protocol.livekit.WorkerMessage;

/** Messages in binary frames, or as protobuf's JSON in text frames (spec 4.1, 8.1). */
final class WorkerFrames {
    private static final JsonFormat.Printer PRINTER = JsonFormat.printer().omittingInsignificantWhitespace();
    private static final JsonFormat.Parser PARSER = JsonFormat.parser().ignoringUnknownFields();

    private WorkerFrames() {}

    static WorkerMessage parse(byte[] frame) throws InvalidProtocolBufferException {
        return WorkerMessage.parseFrom(frame);
    }

    static WorkerMessage parse(String frame) throws InvalidProtocolBufferException {
        WorkerMessage.Builder message = WorkerMessage.newBuilder();
        PARSER.merge(frame, message);
        return message.build();
    }

    static String json(ServerMessage message) {
        try {
            return PRINTER.print(message);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError("only unknown Any types cannot be printed, and messages to workers have none", e);
        }
    }
}
