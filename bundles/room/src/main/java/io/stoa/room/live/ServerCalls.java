package io.stoa.room.live;

import io.stoa.media.DataLane;
import io.stoa.protocol.livekit.DataPacket;
import io.stoa.protocol.livekit.PerformRpcRequest;
import io.stoa.protocol.livekit.RpcError;
import io.stoa.protocol.livekit.RpcRequest;
import io.stoa.protocol.livekit.RpcResponse;
import io.stoa.room.RoomException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** Calls of the server to participants over their data channels (spec 4.9): request out, acknowledgement and response in. */
final class ServerCalls {
    /** Longest payload in bytes, both ways. */
    private static final int MAX_PAYLOAD = 15_360;
    private static final int DEFAULT_TIMEOUT_MILLIS = 10_000;
    private static final long ACK_MILLIS = 2_000;
    private static final int VERSION = 1;

    /** The built-in errors of the data channel RPC, and how the API answers them. */
    enum Fault {
        UNSUPPORTED_METHOD(1400, "Method not supported at destination", RoomException.Code.INVALID_ARGUMENT),
        RECIPIENT_NOT_FOUND(1401, "Recipient not found", RoomException.Code.NOT_FOUND),
        REQUEST_TOO_LARGE(1402, "Request payload too large", RoomException.Code.MALFORMED),
        UNSUPPORTED_SERVER(1403, "RPC not supported by server", RoomException.Code.UNIMPLEMENTED),
        UNSUPPORTED_VERSION(1404, "Unsupported RPC version", RoomException.Code.UNIMPLEMENTED),
        APPLICATION(1500, "Application error in method handler", RoomException.Code.INTERNAL),
        CONNECTION_TIMEOUT(1501, "Connection timeout", RoomException.Code.CANCELED),
        RESPONSE_TIMEOUT(1502, "Response timeout", RoomException.Code.CANCELED),
        RECIPIENT_DISCONNECTED(1503, "Recipient disconnected", RoomException.Code.UNAVAILABLE),
        RESPONSE_TOO_LARGE(1504, "Response payload too large", RoomException.Code.MALFORMED),
        SEND_FAILED(1505, "Failed to send", RoomException.Code.INTERNAL);

        final int code;
        final String message;
        final RoomException.Code answer;

        Fault(int code, String message, RoomException.Code answer) {
            this.code = code;
            this.message = message;
            this.answer = answer;
        }

        RoomException exception() {
            return ServerCalls.exception(answer, code, message, "");
        }

        /** Codes of an application's own mean a failure inside its handler. */
        static RoomException.Code answerOf(int code) {
            for (Fault fault : values()) if (fault.code == code) return fault.answer;
            return RoomException.Code.INTERNAL;
        }
    }

    private record Pending(Member callee, CompletableFuture<String> result) {}

    private final ActiveRoom room;
    private final Map<String, Pending> awaitingAck = new HashMap<>();
    private final Map<String, Pending> awaitingResponse = new HashMap<>();

    ServerCalls(ActiveRoom room) {
        this.room = room;
    }

    private static RoomException exception(RoomException.Code answer, int code, String message, String data) {
        return new RoomException(answer, "RpcError " + code + ": " + message + (data.isEmpty() ? "" : ": " + data));
    }

    /** On the mailbox. */
    CompletableFuture<String> call(Member callee, PerformRpcRequest request) throws RoomException {
        if (Member.bytes(request.getPayload()) > MAX_PAYLOAD) throw Fault.REQUEST_TOO_LARGE.exception();
        if (!callee.receiving().isOpen(DataLane.RELIABLE)) throw Fault.SEND_FAILED.exception();
        int timeoutMillis = request.getResponseTimeoutMs() == 0 ? DEFAULT_TIMEOUT_MILLIS : request.getResponseTimeoutMs();
        String id = UUID.randomUUID().toString();
        Pending pending = new Pending(callee, new CompletableFuture<>());
        awaitingAck.put(id, pending);
        awaitingResponse.put(id, pending);
        // The id stands for the caller: the participant addresses its answer to it.
        DataPacket packet = DataPacket.newBuilder()
                .setKind(DataPacket.Kind.RELIABLE)
                .setParticipantIdentity(id)
                .setRpcRequest(RpcRequest.newBuilder()
                        .setId(id)
                        .setMethod(request.getMethod())
                        .setPayload(request.getPayload())
                        .setResponseTimeoutMs(timeoutMillis)
                        .setVersion(VERSION))
                .build();
        callee.receiving().send(DataLane.RELIABLE, packet.toByteArray());
        room.after(ACK_MILLIS, () -> {
            if (awaitingAck.containsKey(id)) fail(id, Fault.CONNECTION_TIMEOUT);
        });
        room.after(timeoutMillis, () -> fail(id, Fault.RESPONSE_TIMEOUT));
        return pending.result;
    }

    private void fail(String id, Fault fault) {
        awaitingAck.remove(id);
        Pending pending = awaitingResponse.remove(id);
        if (pending != null) pending.result.completeExceptionally(fault.exception());
    }

    /** @return true if the packet answers a call of the server, so is for nobody else */
    boolean consumes(Member sender, DataPacket packet) {
        return switch (packet.getValueCase()) {
            case RPC_ACK -> {
                String id = packet.getRpcAck().getRequestId();
                if (!isOf(awaitingResponse.get(id), sender)) yield false;
                awaitingAck.remove(id);
                yield true;
            }
            case RPC_RESPONSE -> respond(sender, packet.getRpcResponse());
            default -> false;
        };
    }

    private static boolean isOf(Pending pending, Member sender) {
        return pending != null && pending.callee == sender;
    }

    private boolean respond(Member sender, RpcResponse response) {
        String id = response.getRequestId();
        if (!isOf(awaitingResponse.get(id), sender)) return false;
        awaitingAck.remove(id);
        CompletableFuture<String> result = awaitingResponse.remove(id).result;
        switch (response.getValueCase()) {
            case PAYLOAD -> {
                if (Member.bytes(response.getPayload()) <= MAX_PAYLOAD) result.complete(response.getPayload());
                else result.completeExceptionally(Fault.RESPONSE_TOO_LARGE.exception());
            }
            case ERROR -> {
                RpcError error = response.getError();
                result.completeExceptionally(exception(Fault.answerOf(error.getCode()), error.getCode(), error.getMessage(), error.getData()));
            }
            // The server never offers compressed payloads, so a client has no reason to send one.
            case COMPRESSED_PAYLOAD, VALUE_NOT_SET -> result.complete("");
        }
        return true;
    }

    /** The room is handed over: answers will come to the next manager, which does not know the questions. */
    void end() {
        for (Pending pending : List.copyOf(awaitingResponse.values()))
            pending.result.completeExceptionally(new RoomException(RoomException.Code.UNAVAILABLE, "the room was handed over before the participant answered"));
        awaitingAck.clear();
        awaitingResponse.clear();
    }

    /** The participant is gone: nobody will answer. */
    void left(Member callee) {
        for (String id : List.copyOf(awaitingResponse.keySet()))
            if (awaitingResponse.get(id).callee == callee) fail(id, Fault.RECIPIENT_DISCONNECTED);
    }
}
