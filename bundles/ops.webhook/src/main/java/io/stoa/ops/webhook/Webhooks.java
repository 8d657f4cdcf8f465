package io.stoa.ops.webhook;

import io.stoa.auth.KeyProvider;
import io.stoa.metrics.Metric;
import io.stoa.metrics.MetricSource;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.WebhookEvent;
import io.stoa.room.EventLine;
import io.stoa.room.EventLine.Event;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells receivers what happens, for as long as it is in charge of that. */
@Component(service = MetricSource.class, immediate = true, configurationPid = "io.stoa.webhook")
@Designate(ocd = WebhooksConfig.class)
public final class Webhooks implements EventLine.Teller, MetricSource {
    private static final Logger LOG = LoggerFactory.getLogger(Webhooks.class);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long GRACE_MILLIS = 2_000;
    private static final long FINISH_MILLIS = 5_000;
    private static final int KEY_LOOKS = 50;
    private static final long KEY_PAUSE_MILLIS = 100;
    private static final Set<String> EVENTS = Set.of(
            "room_started", "room_finished", "participant_joined", "participant_left", "participant_connection_aborted", "track_published",
            "track_unpublished", "egress_started", "egress_updated", "egress_ended", "ingress_started", "ingress_ended", "agent_job_started",
            "agent_job_ended");

    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Tally tally = new Tally();
    private final Deliveries deliveries;
    private final BooleanSupplier nobodyFollows;
    private volatile Addressees addressees;
    private HttpClient client;
    private EventLine line;
    private boolean inCharge;

    /** Without one nothing can be signed, and after some seconds nothing is sent. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile KeyProvider keys;

    @Activate
    public Webhooks(BundleContext context, WebhooksConfig config) {
        this(config, () -> context.getBundle(0).getState() == Bundle.STOPPING);
    }

    Webhooks(WebhooksConfig config, BooleanSupplier nobodyFollows) {
        this.nobodyFollows = nobodyFollows;
        addressees = Addressees.of(config);
        deliveries = new Deliveries(new Courier(this::client, this::secret, Instant::now, this::pause, PATIENCE), tally, rules(config), System::nanoTime);
        tell(config);
    }

    @Modified
    void modified(WebhooksConfig config) {
        addressees = Addressees.of(config);
        deliveries.rules(rules(config));
        tell(config);
    }

    private static Deliveries.Rules rules(WebhooksConfig config) {
        boolean fullRoom = config.fullRoom();
        return new Deliveries.Rules(config.maxAge() * 1_000_000, config.maxDepth(), event -> shown(event, fullRoom));
    }

    private void tell(WebhooksConfig config) {
        if (!addressees.always().isEmpty()) LOG.info("webhooks go to {}", addressees.always());
        for (String[] names : List.of(config.includeEvents(), config.excludeEvents()))
            Arrays.stream(names).filter(name -> !EVENTS.contains(name)).forEach(name -> LOG.warn("webhook.filter_params: there is no event {}", name));
    }

    Tally tally() {
        return tally;
    }

    @Override
    public List<Metric> metrics() {
        EventLine current;
        synchronized (this) {
            current = inCharge ? line : null;
        }
        return tally.metrics(deliveries.waiting(), current == null ? 0 : current.lost());
    }

    /** Made when something is to be sent for the first time: it takes as long to make as a small bundle to start. */
    private synchronized HttpClient client() {
        if (client == null)
            client = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1) // a request to change to HTTP/2 confuses some
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .connectTimeout(Courier.CONNECT)
                    .executor(Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("webhook-client-", 0).factory()))
                    .build();
        return client;
    }

    /** Who has the keys may come after the line of events, or be just replaced. */
    private Optional<String> secret(String apiKey) {
        try {
            for (int i = 0; keys == null && i < KEY_LOOKS; i++) pause(KEY_PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        KeyProvider current = keys;
        return current == null ? Optional.empty() : current.secret(apiKey);
    }

    private void pause(long millis) throws InterruptedException {
        if (stopping.await(millis, TimeUnit.MILLISECONDS)) throw new InterruptedException("webhooks are ending");
    }

    /** Events of tracks name their room and participant only (spec 10.2). */
    static WebhookEvent shown(WebhookEvent event, boolean fullRoom) {
        if (!event.hasTrack()) return event;
        WebhookEvent.Builder less = event.toBuilder();
        ParticipantInfo who = event.getParticipant();
        if (!fullRoom) less.setRoom(Room.newBuilder().setSid(event.getRoom().getSid()).setName(event.getRoom().getName()));
        return less.setParticipant(ParticipantInfo.newBuilder().setSid(who.getSid()).setIdentity(who.getIdentity())).build();
    }

    // -- the line

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    void bindLine(EventLine next) {
        boolean already;
        synchronized (this) {
            line = next;
            already = inCharge;
        }
        next.enter(this, already);
    }

    synchronized void unbindLine(EventLine gone) {
        if (line == gone) line = null;
    }

    @Override
    public void takeCharge(List<Event> waiting) {
        synchronized (this) {
            inCharge = true;
        }
        waiting.forEach(this::take);
    }

    @Override
    public void take(Event event) {
        Set<Receiver> to = addressees.of(event.event(), url -> tally.dropped(Tally.Reason.NO_ADDRESS));
        to.removeIf(receiver -> event.told().contains(receiver.url().toString()));
        Set<String> told = new HashSet<>(event.told());
        for (Receiver receiver : to) told.add(receiver.url().toString());
        Event onItsWay = new Event(event.atNanos(), event.event(), told);
        for (Receiver receiver : to) deliveries.add(onItsWay, receiver);
    }

    @Deactivate
    void stop() throws InterruptedException {
        EventLine current;
        synchronized (this) {
            current = nobodyFollows.getAsBoolean() ? null : line;
        }
        if (current == null) deliveries.finish(FINISH_MILLIS);
        else current.hold(this);
        stopping.countDown();
        List<Event> left = deliveries.end(current == null ? 0 : GRACE_MILLIS);
        synchronized (this) {
            if (client != null) client.shutdownNow();
        }
        if (current != null) {
            current.leave(this, left);
        } else if (!left.isEmpty()) {
            left.forEach(event -> tally.dropped(Tally.Reason.STOPPED));
            LOG.warn("{} webhook events are lost: their receivers did not take them before the end", left.size());
        }
    }
}
