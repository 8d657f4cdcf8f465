package io.stoa.edge.twirp;

import com.google.protobuf.Any;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.stoa.protocol.livekit.SIPStatus;
import io.stoa.protocol.livekit.SIPStatusCode;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/** What workers add to an error, as Twirp carries it (spec 1.4): a {@code google.rpc.Status}, and what a SIP peer said in words of its own. */
final class ErrorDetails {
    private ErrorDetails() {}

    /** With the error's own metadata; in order. */
    static Map<String, String> meta(RpcException e) {
        if (e.details().isEmpty()) return e.meta();
        Map<String, String> meta = new LinkedHashMap<>(e.meta());
        for (Any detail : e.details()) if (detail.is(SIPStatus.class)) addSip(detail, meta);
        meta.put("error_details", Base64.getEncoder().encodeToString(status(e)));
        return meta;
    }

    private static void addSip(Any detail, Map<String, String> meta) {
        try {
            SIPStatus status = detail.unpack(SIPStatus.class);
            meta.put("sip_status_code", Integer.toString(status.getCodeValue()));
            String name = status.getCode() == SIPStatusCode.UNRECOGNIZED ? Integer.toString(status.getCodeValue()) : status.getCode().name();
            meta.put("sip_status", status.getStatus().isEmpty() ? name : status.getStatus());
        } catch (InvalidProtocolBufferException unreadable) {
            meta.put("sip_status", "unreadable"); // the bytes are in the details
        }
    }

    /**
     * <pre>
     * message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
     * </pre>
     */
    private static byte[] status(RpcException e) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            out.writeInt32(1, number(e.code()));
            out.writeString(2, e.getMessage());
            for (Any detail : e.details()) out.writeMessage(3, detail);
            out.flush();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    /** As gRPC counts. */
    private static int number(RpcCode code) {
        return switch (code) {
            case CANCELED -> 1;
            case UNKNOWN -> 2;
            case INVALID_ARGUMENT, MALFORMED -> 3;
            case DEADLINE_EXCEEDED -> 4;
            case NOT_FOUND, BAD_ROUTE -> 5;
            case ALREADY_EXISTS -> 6;
            case PERMISSION_DENIED -> 7;
            case RESOURCE_EXHAUSTED -> 8;
            case FAILED_PRECONDITION -> 9;
            case ABORTED -> 10;
            case OUT_OF_RANGE -> 11;
            case UNIMPLEMENTED -> 12;
            case INTERNAL -> 13;
            case UNAVAILABLE -> 14;
            case DATA_LOSS -> 15;
            case UNAUTHENTICATED -> 16;
        };
    }
}
