package io.stoa.edge.whip;

import io.stoa.cluster.MessageBus.Subscription;
import io.stoa.protocol.livekit.StartSession;
import io.stoa.rpc.RpcBus;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The sessions that have begun on this node, by participant; other nodes can ask for them. Bounded: who uses it least is forgotten first,
 * because those who vanish do not say so.
 */
final class WhipSessions {
    /** That can restart ICE. */
    static final int MAX = 1_000;

    /** What it takes to go on with one. */
    static final class Session {
        final Offer offer;
        /** As it began, without its offer. */
        final StartSession start;
        /** Of the ICE session: our ufrag. */
        volatile String id;
        /** Null: nobody is told how it goes. */
        volatile IngressNotices notices;
        private List<Subscription> served = List.of();

        Session(Offer offer, StartSession start, String id) {
            this.offer = offer;
            this.start = start;
            this.id = id;
        }
    }

    /** Has a session served for other nodes. */
    interface Serving {
        List<Subscription> serve(RpcBus bus, StartSession start);
    }

    private final Serving serving;
    private final Map<String, Session> sessions = new LinkedHashMap<>(16, 0.75f, true);
    private RpcBus bus;

    WhipSessions(Serving serving) {
        this.serving = serving;
    }

    /** @param next null: no other node hears it */
    synchronized void follow(RpcBus next) {
        if (next == bus) return;
        bus = next;
        sessions.values().forEach(this::serve);
    }

    synchronized RpcBus bus() {
        return bus;
    }

    private void serve(Session session) {
        session.served.forEach(Subscription::close);
        session.served = bus == null ? List.of() : serving.serve(bus, session.start);
    }

    synchronized Session get(String sid) {
        return sessions.get(sid);
    }

    synchronized void put(String sid, Session session) {
        sessions.put(sid, session);
        serve(session);
        if (sessions.size() > MAX) remove(sessions.keySet().iterator().next());
    }

    synchronized void remove(String sid) {
        Session gone = sessions.remove(sid);
        if (gone != null) gone.served.forEach(Subscription::close);
    }

    /** @return what there was, who is used least first */
    synchronized Map<String, Session> close() {
        bus = null;
        sessions.values().forEach(this::serve);
        sessions.values().forEach(session -> {
            if (session.notices != null) session.notices.stop();
        });
        return new LinkedHashMap<>(sessions);
    }
}
