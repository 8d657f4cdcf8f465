package io.stoa.rpc.psrpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.stoa.protocol.psrpc.ClaimRequest;
import io.stoa.protocol.psrpc.ClaimResponse;
import io.stoa.protocol.psrpc.Request;
import io.stoa.protocol.psrpc.Response;
import io.stoa.rpc.Answer;
import io.stoa.rpc.CallOptions;
import io.stoa.rpc.RpcAddress;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcMethod;
import io.stoa.rpc.Selection;
import io.stoa.rpc.psrpc.RpcMetrics.Role;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** The asking side: requests, whose claim is granted, and answers. */
final class Calls {
    private final Medium medium;
    private final ReplyChannels channels;
    private final Map<String, BlockingQueue<Reply>> pending = new ConcurrentHashMap<>();

    private sealed interface Reply {
        record Claimed(ClaimRequest claim) implements Reply {}

        record Answered(Response response) implements Reply {}
    }

    Calls(Medium medium, String clientId) {
        this.medium = medium;
        channels = new ReplyChannels(medium.bus(), clientId,
                bytes -> Envelope.unwrap(bytes, Response.getDefaultInstance(), medium.drops()).ifPresent(r -> take(r.getRequestId(), new Reply.Answered(r))),
                bytes -> Envelope.unwrap(bytes, ClaimRequest.getDefaultInstance(), medium.drops()).ifPresent(c -> take(c.getRequestId(), new Reply.Claimed(c))));
    }

    private void take(String requestId, Reply reply) {
        BlockingQueue<Reply> replies = pending.get(requestId);
        if (replies == null) medium.drops().count(RpcDrop.NOT_AWAITED);
        else if (!replies.offer(reply)) medium.drops().count(RpcDrop.SLOW_CONSUMER);
    }

    <Q extends Message, A extends Message> A one(RpcAddress<Q, A> at, Q request, CallOptions options) throws RpcException {
        Duration timeout = options.timeout();
        for (int attempt = 1; ; attempt++) {
            try {
                return once(at, request, timeout, options.metadata());
            } catch (RpcException e) {
                boolean again = e.code() == RpcCode.UNAVAILABLE || e.code() == RpcCode.DEADLINE_EXCEEDED;
                if (!again || attempt == options.attempts()) throw e;
            }
            timeout = timeout.plus(options.backoff());
        }
    }

    private <Q extends Message, A extends Message> A once(RpcAddress<Q, A> at, Q request, Duration timeout, Map<String, String> metadata)
            throws RpcException {
        long begun = System.nanoTime();
        try {
            return answered(at, request, timeout, metadata);
        } catch (RpcException e) {
            medium.metrics().failed(Role.CLIENT, at.method(), e);
            throw e;
        } finally {
            medium.metrics().took(Role.CLIENT, at.method(), System.nanoTime() - begun);
        }
    }

    private <Q extends Message, A extends Message> A answered(RpcAddress<Q, A> at, Q request, Duration timeout, Map<String, String> metadata)
            throws RpcException {
        try (Asked asked = ask(at, request, timeout, metadata, false)) {
            if (at.method().kind().claimed) grant(at, asked);
            while (true) {
                switch (asked.next(asked.end)) {
                    case null -> throw Codes.timedOut();
                    case Reply.Claimed late -> medium.drops().count(RpcDrop.NOT_AWAITED);
                    case Reply.Answered answered -> {
                        Answer<A> answer = answer(at.method(), answered.response);
                        if (answer.error() != null) throw answer.error();
                        return answer.value();
                    }
                }
            }
        }
    }

    <Q extends Message, A extends Message> void all(RpcAddress<Q, A> at, Q request, CallOptions options, Predicate<Answer<A>> more) throws RpcException {
        long begun = System.nanoTime();
        try (Asked asked = ask(at, request, options.timeout(), options.metadata(), true)) {
            while (true) {
                switch (asked.next(asked.end)) {
                    case null -> {
                        return;
                    }
                    case Reply.Claimed strange -> medium.drops().count(RpcDrop.NOT_AWAITED);
                    case Reply.Answered answered -> {
                        if (!more.test(answer(at.method(), answered.response))) return;
                    }
                }
            }
        } catch (RpcException e) {
            medium.metrics().failed(Role.CLIENT, at.method(), e);
            throw e;
        } finally {
            medium.metrics().took(Role.CLIENT, at.method(), System.nanoTime() - begun);
        }
    }

    private <A extends Message> Answer<A> answer(RpcMethod<?, A> method, Response response) {
        medium.metrics().bytes(Role.CLIENT, method, false, response.getRawResponse().size());
        if (!response.getError().isEmpty())
            return new Answer<>(response.getServerId(), null, Codes.error(response.getCode(), response.getError(), response.getErrorDetailsList()));
        try {
            return new Answer<>(response.getServerId(), Envelope.parse(method.answer(), response.getRawResponse()), null);
        } catch (InvalidProtocolBufferException e) {
            return new Answer<>(response.getServerId(), null, new RpcException(RpcCode.MALFORMED, "the answer of " + method.name() + " cannot be read"));
        }
    }

    private void grant(RpcAddress<?, ?> at, Asked asked) throws RpcException {
        String serverId = select(at.method().kind(), at.method().selection(), asked);
        medium.publish(Channels.grant(at), ClaimResponse.newBuilder().setRequestId(asked.id).setServerId(serverId).build());
    }

    private String select(RpcMethod.Kind kind, Selection selection, Asked asked) throws RpcException {
        long limit = Math.min(selection.limit().toNanos(), asked.end - asked.begin) + asked.begin;
        String best = null;
        float affinity = 0;
        int claims = 0;
        RpcException refused = null;
        while (true) {
            switch (asked.next(limit)) {
                case null -> {
                    if (best != null) return best;
                    if (refused != null) throw refused;
                    throw new RpcException(RpcCode.UNAVAILABLE,
                            claims == 0 ? "no response from servers" : "no servers available (received " + claims + " responses)");
                }
                case Reply.Claimed(ClaimRequest claim) -> {
                    if (kind == RpcMethod.Kind.CLAIM || selection.enough() > 0 && claim.getAffinity() >= selection.enough()) return claim.getServerId();
                    if (claims++ == 0) limit = Math.min(limit - asked.begin, System.nanoTime() + selection.afterFirst().toNanos() - asked.begin) + asked.begin;
                    if (claim.getAffinity() > affinity) {
                        best = claim.getServerId();
                        affinity = claim.getAffinity();
                    }
                }
                case Reply.Answered(Response response) -> // a server that could not read the request
                    refused = Codes.error(response.getCode(), response.getError(), response.getErrorDetailsList());
            }
        }
    }

    private Asked ask(RpcAddress<?, ?> at, Message request, Duration timeout, Map<String, String> metadata, boolean multi) throws RpcException {
        channels.require(at.method().service());
        Asked asked = new Asked(timeout);
        try {
            long now = medium.unixNanos().getAsLong();
            ByteString body = request.toByteString();
            medium.metrics().bytes(Role.CLIENT, at.method(), true, body.size());
            medium.publish(Channels.request(at), Request.newBuilder()
                    .setRequestId(asked.id)
                    .setClientId(channels.clientId())
                    .setSentAt(now)
                    .setExpiry(now + timeout.toNanos())
                    .setMulti(multi)
                    .putAllMetadata(metadata)
                    .setRawRequest(body)
                    .build());
            return asked;
        } catch (RpcException | RuntimeException e) {
            asked.close();
            throw e;
        }
    }

    /** A request on its way. */
    private final class Asked implements AutoCloseable {
        final String id = medium.ids().next("REQ_");
        final long begin = System.nanoTime();
        final long end;
        private final BlockingQueue<Reply> replies = new ArrayBlockingQueue<>(medium.buffer());

        Asked(Duration timeout) {
            end = begin + timeout.toNanos();
            pending.put(id, replies);
        }

        /** @return null when the time is over */
        Reply next(long until) throws RpcException {
            try {
                return replies.poll(until - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw Codes.canceled();
            }
        }

        @Override
        public void close() {
            pending.remove(id);
        }
    }

    int pending() {
        return pending.size();
    }

    void close() {
        channels.close();
    }
}
