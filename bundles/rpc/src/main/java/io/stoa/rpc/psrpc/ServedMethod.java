package io.stoa.rpc.psrpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.stoa.cluster.MessageBus.Subscription;
import io.stoa.protocol.psrpc.ClaimRequest;
import io.stoa.protocol.psrpc.ClaimResponse;
import io.stoa.protocol.psrpc.Request;
import io.stoa.protocol.psrpc.Response;
import io.stoa.rpc.RpcAddress;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcContext;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcHandler;
import io.stoa.rpc.psrpc.RpcMetrics.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The answering side of one method at one topic. Each request has a virtual thread. */
final class ServedMethod<Q extends Message, A extends Message> implements Subscription {
    private static final Logger LOG = LoggerFactory.getLogger(ServedMethod.class);
    /** Whatever a caller says: one that is granted later is given up. */
    private static final long LONGEST_CLAIM_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Medium medium;
    private final RpcAddress<Q, A> at;
    private final String serverId;
    private final Workers workers;
    private final RpcHandler.Affinity<Q> affinity;
    private final RpcHandler<Q, A> handler;
    private final Map<String, CompletableFuture<String>> claims = new ConcurrentHashMap<>();
    private final List<BusOfTheDay.Held> held = new ArrayList<>();
    private volatile boolean closed;

    ServedMethod(
            Medium medium, RpcAddress<Q, A> at, String serverId, Workers workers, RpcHandler.Affinity<Q> affinity, RpcHandler<Q, A> handler) {
        this.medium = medium;
        this.at = at;
        this.serverId = serverId;
        this.workers = workers;
        this.affinity = affinity;
        this.handler = handler;
        if (at.method().kind().claimed) held.add(medium.bus().hold(Channels.grant(at), false, this::granted));
        held.add(medium.bus().hold(Channels.request(at), at.method().kind().queued, this::request));
    }

    private void granted(byte[] bytes) {
        Envelope.unwrap(bytes, ClaimResponse.getDefaultInstance(), medium.drops()).ifPresent(grant -> {
            CompletableFuture<String> claim = claims.get(grant.getRequestId());
            if (claim == null || !claim.complete(grant.getServerId())) medium.drops().count(RpcDrop.NOT_AWAITED);
        });
    }

    private void request(byte[] bytes) {
        Envelope.unwrap(bytes, Request.getDefaultInstance(), medium.drops()).ifPresent(request -> {
            medium.metrics().asked(at.method());
            if (medium.expired(request.getExpiry())) medium.metrics().expired(at.method());
            else if (!closed) workers.run(() -> handle(request));
        });
    }

    private void handle(Request request) {
        RpcContext context = new RpcContext(request.getClientId(), request.getMetadataMap(), request.getExpiry());
        try {
            Q asked = Envelope.parse(at.method().request(), request.getRawRequest());
            if (at.method().kind().claimed && !claim(request, affinity.of(asked, context))) return;
            medium.metrics().bytes(Role.SERVER, at.method(), false, request.getRawRequest().size());
            long begun = System.nanoTime();
            try {
                answer(request, Response.newBuilder().setRawResponse(handler.handle(asked, context).toByteString()));
            } finally {
                medium.metrics().took(Role.SERVER, at.method(), System.nanoTime() - begun);
            }
        } catch (InvalidProtocolBufferException e) {
            medium.drops().count(RpcDrop.MALFORMED);
            refuse(request, new RpcException(RpcCode.MALFORMED, "the request cannot be read"));
        } catch (RpcException e) {
            refuse(request, e);
        } catch (RuntimeException e) {
            LOG.error("{} failed", at, e);
            refuse(request, new RpcException(RpcCode.INTERNAL, "internal error"));
        }
    }

    /** @return whether this server is to answer */
    private boolean claim(Request request, float fitness) throws RpcException {
        if (!(fitness >= 0)) return false;
        CompletableFuture<String> grant = new CompletableFuture<>();
        long begun = System.nanoTime();
        String outcome = "timeout";
        if (claims.putIfAbsent(request.getRequestId(), grant) != null) {
            medium.drops().count(RpcDrop.DUPLICATE);
            return false;
        }
        try {
            medium.publish(Channels.claim(at.method().service(), request.getClientId()),
                    ClaimRequest.newBuilder().setRequestId(request.getRequestId()).setServerId(serverId).setAffinity(fitness).build());
            long wait = Math.min(request.getExpiry() - medium.unixNanos().getAsLong(), LONGEST_CLAIM_NANOS);
            boolean granted = grant.get(wait, TimeUnit.NANOSECONDS).equals(serverId);
            outcome = granted ? "granted" : "lost";
            return granted;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e); // nobody completes it so
        } finally {
            medium.metrics().claimed(at.method(), outcome, System.nanoTime() - begun);
            claims.remove(request.getRequestId());
        }
    }

    private void refuse(Request request, RpcException error) {
        medium.metrics().failed(Role.SERVER, at.method(), error);
        String message = error.getMessage() == null || error.getMessage().isEmpty() ? error.code().text : error.getMessage();
        answer(request, Response.newBuilder().setError(message).setCode(Codes.text(error.code())).addAllErrorDetails(error.details()));
    }

    private void answer(Request request, Response.Builder response) {
        medium.metrics().bytes(Role.SERVER, at.method(), true, response.getRawResponse().size());
        try {
            medium.publish(Channels.response(at.method().service(), request.getClientId()),
                    response.setRequestId(request.getRequestId()).setServerId(serverId).setSentAt(medium.unixNanos().getAsLong()).build());
        } catch (RpcException e) {
            LOG.warn("an answer of {} could not be given: {}", at, e.getMessage());
        }
    }

    @Override
    public void close() {
        closed = true;
        held.getLast().close();
        if (held.size() > 1 && claims.isEmpty()) held.getFirst().close();
        else if (held.size() > 1) Thread.ofVirtual().name("rpc-closing").start(this::closeAfterClaims);
    }

    /** Who has claimed waits for the answer to that. */
    private void closeAfterClaims() {
        for (CompletableFuture<String> claim : List.copyOf(claims.values())) {
            try {
                claim.get(LONGEST_CLAIM_NANOS, TimeUnit.NANOSECONDS);
            } catch (TimeoutException | ExecutionException e) {
                LOG.debug("a claim of {} is given up", at);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        held.getFirst().close();
    }
}
