package io.stoa.signal;

import io.stoa.protocol.livekit.Pong;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SignalResponse;
import io.stoa.protocol.livekit.StartSession;
import io.stoa.protocol.rpc.RelaySignalRequest;
import io.stoa.protocol.rpc.RelaySignalResponse;
import io.stoa.room.RoomException;
import io.stoa.room.SignalServer.SignalSession;
import io.stoa.room.SignalSink;
import io.stoa.rpc.RpcBus;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcMethods;
import io.stoa.rpc.RpcStream;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A session whose WebSocket is here and whose room is on another node (spec 7.6). Ends with its stream: its client resumes. */
final class RelayedSession implements SignalSession, RpcStream.Listener<RelaySignalResponse> {
    private static final Logger LOG = LoggerFactory.getLogger(RelayedSession.class);
    /** Of each message, too, which is sent again until it arrives. A Redis that takes half a second each way is not to look like a node that is dead. */
    private static final Duration STREAM_OPENS = Duration.ofSeconds(3);
    private static final Duration FIRST_ANSWER = Duration.ofMillis(7_500);

    private final StartSession start;
    private final SignalSink sink;
    private final RelayBatches<SignalRequest, RelaySignalRequest> requests;
    private final RelayBatches.Arrival responses = new RelayBatches.Arrival();
    private RpcStream<RelaySignalRequest> stream;
    private boolean answered;
    private boolean ended;

    private RelayedSession(StartSession start, SignalSink sink) {
        this.start = start;
        this.sink = sink;
        requests = new RelayBatches<>((batch, before, last) -> RelaySignalRequest.newBuilder().addAllRequests(batch).setSeq(before).setClose(last).build(), this::broken);
    }

    /** Nothing has come of it: the other node has not even taken the stream. */
    static final class NobodyThere extends Exception {
        private static final long serialVersionUID = 1;

        NobodyThere(RoomException reason) {
            super(reason.getMessage(), reason);
        }

        RoomException reason() {
            return (RoomException) getCause();
        }
    }

    /** Returns when the other node has answered. @throws RoomException {@code UNAVAILABLE} if it does not */
    static RelayedSession open(RpcBus bus, String nodeId, StartSession start, SignalSink sink) throws RoomException, NobodyThere {
        RelayedSession session = new RelayedSession(start, sink);
        RpcStream<RelaySignalRequest> stream;
        try {
            stream = bus.open(RpcMethods.RELAY_SIGNAL.at(nodeId), bus.defaults().withTimeout(STREAM_OPENS), session);
        } catch (RpcException e) {
            throw new NobodyThere(unavailable(nodeId, e));
        }
        try {
            session.begin(stream);
            session.awaitAnswer(nodeId);
            return session;
        } catch (RpcException e) {
            throw unavailable(nodeId, e);
        }
    }

    private static RoomException unavailable(String nodeId, RpcException e) {
        return new RoomException(RoomException.Code.UNAVAILABLE, "node " + nodeId + " does not take the session: " + e.getMessage(), e);
    }

    private void begin(RpcStream<RelaySignalRequest> open) throws RpcException {
        synchronized (this) {
            stream = open;
        }
        try {
            open.send(RelaySignalRequest.newBuilder().setStartSession(start).build());
        } catch (RpcException e) {
            open.close(e);
            throw e;
        }
        requests.to(open);
    }

    private synchronized void awaitAnswer(String nodeId) throws RoomException {
        long until = System.nanoTime() + FIRST_ANSWER.toNanos();
        try {
            while (!answered && !ended) {
                long millis = Duration.ofNanos(until - System.nanoTime()).toMillis();
                if (millis <= 0) break;
                wait(millis);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (answered) return;
        ended = true;
        stream.close();
        throw new RoomException(RoomException.Code.UNAVAILABLE, "node " + nodeId + " has not answered the session");
    }

    // -- from the client

    @Override
    public void receive(SignalRequest request) {
        switch (request.getMessageCase()) {
            case PING -> sink.send(SignalResponse.newBuilder().setPong(System.currentTimeMillis()).build());
            case PING_REQ -> sink.send(SignalResponse.newBuilder()
                    .setPongResp(Pong.newBuilder().setLastPingTimestamp(request.getPingReq().getTimestamp()).setTimestamp(System.currentTimeMillis()))
                    .build());
            default -> {} // the room's
        }
        requests.add(request);
    }

    @Override
    public void closed() {
        requests.end();
    }

    /** Nobody can go on with a stream that is this one's: the client resumes. */
    @Override
    public List<SignalRequest> release() {
        List<SignalRequest> left = requests.stop();
        broken();
        return left;
    }

    // -- from the room

    @Override
    public void message(RelaySignalResponse batch) {
        try {
            for (SignalResponse response : responses.fresh(batch.getResponsesList(), batch.getSeq())) {
                if (response.getMessageCase() == SignalResponse.MessageCase.PONG || response.getMessageCase() == SignalResponse.MessageCase.PONG_RESP) continue; // said here
                sink.send(response);
                answered();
            }
            if (batch.getClose()) broken();
        } catch (RpcException e) {
            LOG.warn("{} in room {}: {}", start.getIdentity(), start.getRoomName(), e.getMessage());
            broken();
        }
    }

    private synchronized void answered() {
        answered = true;
        notifyAll();
    }

    @Override
    public void closed(RpcException reason) {
        LOG.debug("the session of {} in room {} has ended: {}", start.getIdentity(), start.getRoomName(), reason.getMessage());
        broken();
    }

    /** The room is not to talk to nobody: unless its end of the stream has gone first, it is told. */
    private void broken() {
        RpcStream<RelaySignalRequest> open;
        synchronized (this) {
            if (ended) return;
            ended = true;
            open = stream;
            notifyAll();
        }
        requests.stop();
        if (open != null) open.close(new RpcException(RpcCode.UNAVAILABLE, "signal write failed"));
        sink.close();
    }
}
