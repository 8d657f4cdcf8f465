package io.stoa.handover;

import io.stoa.base.Ids;
import io.stoa.protocol.livekit.EgressInfo;
import io.stoa.protocol.livekit.IngressInfo;
import io.stoa.protocol.livekit.Job;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.TrackInfo;
import io.stoa.protocol.livekit.WebhookEvent;
import io.stoa.room.EventLine;
import io.stoa.room.RoomListener;
import io.stoa.room.WorkerListener;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The line of those who tell the outside what happens. Makes an event of what rooms and workers say, gives it to who is in charge, and
 * keeps it while nobody is, but neither for ever nor without end.
 */
@Component(service = {EventLine.class, RoomListener.class, WorkerListener.class}, immediate = true)
public final class EventKeeper implements EventLine, RoomListener, WorkerListener {
    private static final Logger LOG = LoggerFactory.getLogger(EventKeeper.class);
    static final int MOST = 10_000;
    /** Longer than anybody tells what is old. */
    static final long KEEP_NANOS = 60_000_000_000L;

    private final Ids ids;
    private final LongSupplier unixMillis;
    private final LongSupplier nanos;
    private final ArrayDeque<Teller> waiting = new ArrayDeque<>();
    private final ArrayDeque<Event> kept = new ArrayDeque<>();
    private Teller inCharge;
    private boolean held;
    private boolean everTold;
    private long lastNanos = Long.MIN_VALUE;
    private long lost;

    @Activate
    public EventKeeper() {
        this(new SecureRandom(), System::currentTimeMillis, System::nanoTime);
    }

    EventKeeper(RandomGenerator random, LongSupplier unixMillis, LongSupplier nanos) {
        ids = new Ids(random);
        this.unixMillis = unixMillis;
        this.nanos = nanos;
    }

    // -- the line

    @Override
    public synchronized void enter(Teller teller, boolean already) {
        everTold = true;
        if (!already) {
            waiting.add(teller);
            next();
        } else if (inCharge == null) {
            inCharge = teller;
        } else {
            LOG.error("two bundles send webhooks; stop one of them");
        }
    }

    @Override
    public synchronized void hold(Teller teller) {
        if (teller == inCharge) held = true;
    }

    @Override
    public synchronized void leave(Teller teller, List<Event> untold) {
        if (teller != inCharge) {
            waiting.remove(teller);
            return;
        }
        inCharge = null;
        held = false;
        List<Event> since = List.copyOf(kept);
        kept.clear();
        untold.forEach(this::keep);
        since.forEach(this::keep);
        next();
        if (inCharge == null && !kept.isEmpty()) LOG.info("{} webhook events wait for the next sender", kept.size());
    }

    private void next() {
        if (inCharge != null || waiting.isEmpty()) return;
        inCharge = waiting.poll();
        List<Event> all = new ArrayList<>(kept);
        kept.clear();
        inCharge.takeCharge(all);
    }

    private void keep(Event event) {
        while (!kept.isEmpty() && nanos.getAsLong() - kept.peek().atNanos() > KEEP_NANOS) lose(kept.poll());
        if (kept.size() < MOST) kept.add(event);
        else lose(event);
    }

    private void lose(Event event) {
        if (lost++ == 0) LOG.warn("nobody sends webhooks: {} and others are lost, and counted", event.event().getEvent());
    }

    @Override
    public synchronized long lost() {
        return lost;
    }

    @Deactivate
    synchronized void stop() {
        if (!kept.isEmpty()) LOG.warn("{} webhook events are lost: nobody has taken them over before bundle handover stopped", kept.size());
    }

    // -- what happens

    private synchronized void happened(String name, WebhookEvent.Builder what) {
        if (!everTold) return;
        lastNanos = lastNanos == Long.MIN_VALUE ? nanos.getAsLong() : Math.max(lastNanos + 1, nanos.getAsLong());
        WebhookEvent whole = what.setEvent(name).setId(ids.next(Ids.EVENT)).setCreatedAt(unixMillis.getAsLong() / 1_000).build();
        Event event = new Event(lastNanos, whole, Set.of());
        if (inCharge == null || held) keep(event);
        else inCharge.take(event);
    }

    private static WebhookEvent.Builder about(Room room) {
        return WebhookEvent.newBuilder().setRoom(room);
    }

    @Override
    public void roomStarted(Room room) {
        happened("room_started", about(room));
    }

    @Override
    public void roomFinished(Room room) {
        happened("room_finished", about(room));
    }

    @Override
    public void participantJoined(Room room, ParticipantInfo participant) {
        happened("participant_joined", about(room).setParticipant(participant));
    }

    @Override
    public void participantLeft(Room room, ParticipantInfo participant) {
        happened("participant_left", about(room).setParticipant(participant));
    }

    @Override
    public void participantConnectionAborted(Room room, ParticipantInfo participant) {
        happened("participant_connection_aborted", about(room).setParticipant(participant));
    }

    @Override
    public void trackPublished(Room room, ParticipantInfo participant, TrackInfo track) {
        happened("track_published", about(room).setParticipant(participant).setTrack(track));
    }

    @Override
    public void trackUnpublished(Room room, ParticipantInfo participant, TrackInfo track) {
        happened("track_unpublished", about(room).setParticipant(participant).setTrack(track));
    }

    @Override
    public void egressStarted(EgressInfo egress) {
        happened("egress_started", about(egress));
    }

    @Override
    public void egressUpdated(EgressInfo egress) {
        happened("egress_updated", about(egress));
    }

    @Override
    public void egressEnded(EgressInfo egress) {
        happened("egress_ended", about(egress));
    }

    private static WebhookEvent.Builder about(EgressInfo egress) {
        WebhookEvent.Builder event = WebhookEvent.newBuilder().setEgressInfo(egress);
        if (!egress.getRoomName().isEmpty()) event.setRoom(Room.newBuilder().setSid(egress.getRoomId()).setName(egress.getRoomName()));
        return event;
    }

    @Override
    public void ingressStarted(IngressInfo ingress) {
        happened("ingress_started", about(ingress));
    }

    @Override
    public void ingressEnded(IngressInfo ingress) {
        happened("ingress_ended", about(ingress));
    }

    private static WebhookEvent.Builder about(IngressInfo ingress) {
        WebhookEvent.Builder event = WebhookEvent.newBuilder().setIngressInfo(ingress);
        if (!ingress.getRoomName().isEmpty()) event.setRoom(Room.newBuilder().setName(ingress.getRoomName()));
        return event;
    }

    @Override
    public void agentJobStarted(Job job) {
        happened("agent_job_started", about(job));
    }

    @Override
    public void agentJobEnded(Job job) {
        happened("agent_job_ended", about(job));
    }

    private static WebhookEvent.Builder about(Job job) {
        WebhookEvent.Builder event = WebhookEvent.newBuilder().setJob(job);
        if (job.hasRoom()) event.setRoom(job.getRoom());
        return event;
    }
}
