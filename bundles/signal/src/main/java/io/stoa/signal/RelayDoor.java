package io.stoa.signal;

import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SignalResponse;
import io.stoa.protocol.livekit.StartSession;
import io.stoa.protocol.rpc.RelaySignalRequest;
import io.stoa.protocol.rpc.RelaySignalResponse;
import io.stoa.room.RoomException;
import io.stoa.room.SignalServer.SignalSession;
import io.stoa.room.SignalSink;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcContext;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sessions that come from WebSockets on other nodes (spec 7.6). */
final class RelayDoor implements RpcStream.Acceptor<RelaySignalRequest, RelaySignalResponse> {
    private static final Logger LOG = LoggerFactory.getLogger(RelayDoor.class);

    /** Where they lead. */
    interface Inside {
        SignalSession open(StartSession start, SignalSink sink) throws RoomException;
    }

    private final Inside inside;

    RelayDoor(Inside inside) {
        this.inside = inside;
    }

    @Override
    public RpcStream.Listener<RelaySignalRequest> accept(RpcStream<RelaySignalResponse> stream, RpcContext context) {
        return new Guest(stream);
    }

    private final class Guest implements RpcStream.Listener<RelaySignalRequest>, SignalSink {
        private final RelayBatches<SignalResponse, RelaySignalResponse> responses;
        private final RelayBatches.Arrival requests = new RelayBatches.Arrival();
        private final RpcStream<RelaySignalResponse> stream;
        private StartSession start;
        private SignalSession session;
        private boolean gone;

        Guest(RpcStream<RelaySignalResponse> stream) {
            this.stream = stream;
            responses = new RelayBatches<>(
                    (batch, before, last) -> RelaySignalResponse.newBuilder().addAllResponses(batch).setSeq(before).setClose(last).build(), this::broken);
            responses.to(stream);
        }

        @Override
        public void message(RelaySignalRequest batch) {
            try {
                if (batch.hasStartSession()) begin(batch.getStartSession());
                else if (session == null) throw new RpcException(RpcCode.INVALID_ARGUMENT, "expected start_session");
                for (SignalRequest request : requests.fresh(batch.getRequestsList(), batch.getSeq())) session.receive(request);
                if (batch.getClose()) leave();
            } catch (RpcException e) {
                end(e);
            } catch (RoomException e) {
                end(new RpcException(RpcCode.of(e.code()), e.getMessage()));
            }
        }

        /** Whatever comes again is known. */
        private void begin(StartSession wanted) throws RpcException, RoomException {
            if (session == null) {
                start = wanted;
                enter(inside.open(wanted, this));
            } else if (!wanted.equals(start)) {
                throw new RpcException(RpcCode.INVALID_ARGUMENT, "the session has begun already");
            }
        }

        private void enter(SignalSession opened) {
            boolean late;
            synchronized (this) {
                session = opened;
                late = gone;
            }
            if (late) opened.closed(); // what it said first did not come through
        }

        private void end(RpcException reason) {
            LOG.info("a session from another node ends: {}", reason.getMessage());
            responses.stop();
            stream.close(reason);
            leave();
        }

        @Override
        public void closed(RpcException reason) {
            responses.stop();
            leave();
        }

        private void broken() {
            end(new RpcException(RpcCode.UNAVAILABLE, "signal write failed"));
        }

        private void leave() {
            SignalSession left;
            synchronized (this) {
                if (gone) return;
                gone = true;
                left = session;
            }
            if (left != null) left.closed();
        }

        @Override
        public void send(SignalResponse response) {
            responses.add(response);
        }

        @Override
        public void close() {
            responses.end();
        }
    }
}
