package io.stoa.signal;

import io.stoa.auth.AccessTokens;
import io.stoa.auth.Claims;
import io.stoa.auth.KeyProvider;
import io.stoa.protocol.livekit.Pong;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SignalResponse;
import io.stoa.protocol.livekit.StartSession;
import io.stoa.room.RoomException;
import io.stoa.room.RoomManager;
import io.stoa.room.RoomSession;
import io.stoa.room.SignalServer;
import io.stoa.room.SignalSink;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Sessions on the rooms of this node. */
@Component(service = SignalServer.class, immediate = true)
public final class RoomSignalServer implements SignalServer {
    private static final long REFRESH_SECONDS = 300;

    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("signal-clock").daemon().factory());

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile RoomManager rooms;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile KeyProvider keys;

    @Deactivate
    void stop() {
        clock.shutdownNow();
    }

    @Override
    public SignalSession open(StartSession start, SignalSink sink) throws RoomException {
        RoomManager manager = rooms;
        if (manager == null) throw new RoomException(RoomException.Code.UNAVAILABLE, "no room manager: bundle room is not active");
        RoomSession room = start.getReconnect() ? manager.resume(start, sink) : manager.join(start, sink);
        Session session = new Session(room, sink, start.getTokenExpiresAt());
        session.begin();
        return session;
    }

    /** Spec 2.4: what the participant is now, for at least ten minutes. Without a key there is nothing to sign with. */
    private Optional<String> token(RoomSession room, long expiresAtSeconds) {
        KeyProvider provider = keys;
        if (provider == null) return Optional.empty();
        return AccessTokens.renew(Claims.fromJson(room.grantsJson()), provider, expiresAtSeconds, Instant.now());
    }

    private final class Session implements SignalSession {
        private final RoomSession room;
        private final SignalSink sink;
        private final long expiresAtSeconds;
        private volatile ScheduledFuture<?> refreshing;

        Session(RoomSession room, SignalSink sink, long expiresAtSeconds) {
            this.room = room;
            this.sink = sink;
            this.expiresAtSeconds = expiresAtSeconds;
        }

        void begin() {
            if (!room.open()) return;
            refresh();
            room.onGrantsChanged(this::refresh);
            refreshing = clock.scheduleAtFixedRate(this::refresh, REFRESH_SECONDS, REFRESH_SECONDS, TimeUnit.SECONDS);
        }

        private void refresh() {
            if (!room.open()) {
                stopRefreshing();
                return;
            }
            token(room, expiresAtSeconds).ifPresent(token -> sink.send(SignalResponse.newBuilder().setRefreshToken(token).build()));
        }

        private void stopRefreshing() {
            ScheduledFuture<?> task = refreshing;
            if (task != null) task.cancel(false);
        }

        @Override
        public void receive(SignalRequest request) {
            switch (request.getMessageCase()) {
                case PING -> sink.send(SignalResponse.newBuilder().setPong(System.currentTimeMillis()).build());
                case PING_REQ -> sink.send(SignalResponse.newBuilder()
                        .setPongResp(Pong.newBuilder()
                                .setLastPingTimestamp(request.getPingReq().getTimestamp())
                                .setTimestamp(System.currentTimeMillis()))
                        .build());
                default -> {} // the room's
            }
            room.receive(request);
        }

        @Override
        public void closed() {
            stopRefreshing();
            room.signalClosed();
        }
    }
}
