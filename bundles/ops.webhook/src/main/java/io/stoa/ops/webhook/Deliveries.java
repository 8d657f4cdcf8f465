package io.stoa.ops.webhook;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.stoa.ops.webhook.Courier.Outcome;
import io.stoa.protocol.livekit.WebhookEvent;
import io.stoa.room.EventLine.Event;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events on their way to receivers: a queue per receiver and resource, each with a virtual thread of its own for as long as it holds
 * something. Any thread may add.
 */
final class Deliveries {
    private static final Logger LOG = LoggerFactory.getLogger(Deliveries.class);
    /** Of all queues. */
    static final int MOST_WAITING = 20_000;
    /** Requests to one receiver at a time. */
    static final int SLOTS = 64;

    private static final JsonFormat.Printer JSON = JsonFormat.printer().omittingInsignificantWhitespace();

    private final Courier courier;
    private final Tally tally;
    private final LongSupplier nanos;
    private final Map<Receiver, Lane> lanes = new HashMap<>();
    /** Receivers that have not taken the last event that was brought to them. */
    private final Set<URI> troubled = ConcurrentHashMap.newKeySet();
    private volatile Rules rules;
    private int waiting;
    private boolean ending;

    /** What holds for all events that begin their way now. */
    record Rules(long maxAgeNanos, int maxDepth, UnaryOperator<WebhookEvent> shown) {}

    /** All queues of a receiver. */
    private final class Lane {
        final Receiver receiver;
        final Semaphore slots = new Semaphore(SLOTS);
        final Map<String, Queue> queues = new HashMap<>();

        Lane(Receiver receiver) {
            this.receiver = receiver;
        }
    }

    /** The event at its head is the one being brought; it stays until that has ended. */
    private final class Queue {
        final Lane lane;
        final String resource;
        final ArrayDeque<Event> events = new ArrayDeque<>();
        Thread thread;

        Queue(Lane lane, String resource) {
            this.lane = lane;
            this.resource = resource;
        }
    }

    Deliveries(Courier courier, Tally tally, Rules rules, LongSupplier nanos) {
        this.courier = courier;
        this.tally = tally;
        this.rules = rules;
        this.nanos = nanos;
    }

    void rules(Rules next) {
        rules = next;
    }

    synchronized void add(Event event, Receiver to) {
        if (ending) throw new IllegalStateException("webhooks are ending");
        Lane lane = lanes.computeIfAbsent(to, Lane::new);
        Queue queue = lane.queues.computeIfAbsent(Addressees.resource(event.event()), resource -> new Queue(lane, resource));
        if (queue.events.size() >= rules.maxDepth || waiting >= MOST_WAITING) {
            tally.dropped(Tally.Reason.QUEUE_FULL);
            retire(queue);
            return;
        }
        queue.events.add(event);
        waiting++;
        tally.queued(queue.events.size());
        if (queue.thread == null) queue.thread = Thread.ofVirtual().name("webhook-" + queue.resource).start(() -> work(queue));
    }

    private void work(Queue queue) {
        try {
            for (Event event = head(queue); event != null; event = next(queue)) bring(event, queue.lane);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // what is left is for the next one
        }
    }

    private synchronized Event head(Queue queue) {
        if (ending) return null;
        Event head = queue.events.peek();
        if (head == null) retire(queue);
        return head;
    }

    private Event next(Queue queue) {
        synchronized (this) {
            queue.events.remove();
            waiting--;
            if (waiting == 0) notifyAll();
        }
        return head(queue);
    }

    private void retire(Queue queue) {
        if (!queue.events.isEmpty()) return;
        queue.lane.queues.remove(queue.resource, queue);
        if (queue.lane.queues.isEmpty()) lanes.remove(queue.lane.receiver, queue.lane);
    }

    private void bring(Event event, Lane lane) throws InterruptedException {
        Rules now = rules;
        if (nanos.getAsLong() - event.atNanos() > now.maxAgeNanos) {
            tally.dropped(Tally.Reason.TOO_OLD);
            return;
        }
        try {
            ended(event.event(), lane.receiver, courier.bring(json(now.shown.apply(event.event())), lane.receiver, lane.slots));
        } catch (RuntimeException e) {
            tally.failed();
            LOG.error("webhook {} {} could not be sent", event.event().getEvent(), event.event().getId(), e);
        }
    }

    private static byte[] json(WebhookEvent event) {
        try {
            return JSON.print(event).getBytes(StandardCharsets.UTF_8);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("an event cannot be printed", e);
        }
    }

    private void ended(WebhookEvent event, Receiver receiver, Outcome outcome) {
        switch (outcome) {
            case Outcome.Taken() -> {
                tally.taken();
                LOG.debug("webhook {} {} taken by {}", event.getEvent(), event.getId(), receiver);
                if (troubled.remove(receiver.url())) LOG.info("{} takes webhooks again", receiver);
            }
            case Outcome.Failed(String why) -> {
                tally.failed();
                trouble(event, receiver, why);
            }
            case Outcome.Unsigned() -> {
                tally.dropped(Tally.Reason.NO_KEY);
                trouble(event, receiver, "there is no API key " + receiver.apiKey() + " to sign with");
            }
        }
    }

    private void trouble(WebhookEvent event, Receiver receiver, String why) {
        if (troubled.size() > 1_000) troubled.clear();
        if (troubled.add(receiver.url()))
            LOG.warn("webhook {} {} did not reach {}: {}; further ones are only counted until it takes one", event.getEvent(), event.getId(), receiver, why);
        else LOG.debug("webhook {} {} did not reach {}: {}", event.getEvent(), event.getId(), receiver, why);
    }

    synchronized int waiting() {
        return waiting;
    }

    // -- the end

    /** Waits until everything has ended, or the time is over. */
    synchronized void finish(long millis) throws InterruptedException {
        long until = System.nanoTime() + millis * 1_000_000;
        for (long left = millis; waiting > 0 && left > 0; left = (until - System.nanoTime()) / 1_000_000) wait(left);
    }

    /**
     * No further event is brought; those under way have some time.
     *
     * @return what has not ended, in the order of what happened
     */
    List<Event> end(long graceMillis) throws InterruptedException {
        List<Queue> queues = new ArrayList<>();
        synchronized (this) {
            ending = true;
            lanes.values().forEach(lane -> queues.addAll(lane.queues.values()));
        }
        long until = System.nanoTime() + graceMillis * 1_000_000;
        for (Queue queue : queues) queue.thread.join(Duration.ofNanos(Math.max(1, until - System.nanoTime())));
        for (Queue queue : queues) queue.thread.interrupt();
        for (Queue queue : queues) queue.thread.join();
        return left(queues);
    }

    /** One entry per event, with everybody who has it: whom it does not wait for any more. */
    private synchronized List<Event> left(List<Queue> queues) {
        Map<Long, Event> left = new LinkedHashMap<>();
        Map<Long, Set<String>> missing = new HashMap<>();
        for (Queue queue : queues)
            for (Event event : queue.events) {
                left.put(event.atNanos(), event);
                missing.computeIfAbsent(event.atNanos(), at -> new HashSet<>()).add(queue.lane.receiver.url().toString());
            }
        return left.values().stream().sorted(Comparator.comparingLong(Event::atNanos)).map(event -> {
            Set<String> told = new HashSet<>(event.told());
            told.removeAll(missing.get(event.atNanos()));
            return new Event(event.atNanos(), event.event(), Set.copyOf(told));
        }).toList();
    }
}
