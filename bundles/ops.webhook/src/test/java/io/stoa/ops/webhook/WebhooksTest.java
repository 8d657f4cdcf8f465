package io.stoa.ops.webhook;

import static io.stoa.ops.webhook.TestReceiver.status;
import static io.stoa.ops.webhook.TestReceiver.whenAllowed;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.auth.AccessTokens;
import io.stoa.auth.KeyProvider;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.WebhookEvent;
import io.stoa.room.EventLine;
import io.stoa.room.EventLine.Event;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The whole bundle, from the line of events to receivers that are real HTTP servers. */
class WebhooksTest {
    private static final KeyProvider KEYS = new KeyProvider() {
        @Override
        public Optional<String> secret(String apiKey) {
            return apiKey.equals("devkey") ? Optional.of("secret") : Optional.empty();
        }

        @Override
        public Optional<String> firstKey() {
            return Optional.of("devkey");
        }
    };

    /** A line with one place. */
    private static final class Line implements EventLine {
        final List<Event> kept = new ArrayList<>();
        Teller inCharge;
        boolean held;

        @Override
        public synchronized void enter(Teller teller, boolean already) {
            inCharge = teller;
            held = false;
            if (already) return;
            List<Event> first = List.copyOf(kept);
            kept.clear();
            teller.takeCharge(first);
        }

        @Override
        public synchronized void hold(Teller teller) {
            held = true;
        }

        @Override
        public synchronized void leave(Teller teller, List<Event> untold) {
            inCharge = null;
            kept.addAll(0, untold);
        }

        @Override
        public long lost() {
            return 0;
        }

        synchronized void happens(Event event) {
            if (inCharge == null || held) kept.add(event);
            else inCharge.take(event);
        }
    }

    private final TestReceiver receiver = new TestReceiver();
    private final Line line = new Line();
    private final AtomicBoolean nobodyFollows = new AtomicBoolean();
    private final List<Webhooks> all = new ArrayList<>();
    private int number;

    WebhooksTest() throws IOException {}

    @AfterEach
    void close() throws InterruptedException {
        nobodyFollows.set(false);
        for (Webhooks one : all) one.stop();
        receiver.close();
    }

    private Webhooks start(Config config) {
        Webhooks webhooks = new Webhooks(config, nobodyFollows::get);
        webhooks.keys = KEYS;
        webhooks.bindLine(line);
        all.add(webhooks);
        return webhooks;
    }

    private void stop(Webhooks webhooks) throws InterruptedException {
        all.remove(webhooks);
        webhooks.stop();
    }

    private Event event(String room, String name) {
        WebhookEvent what = WebhookEvent.newBuilder().setEvent(name).setId("EV_" + number++).setCreatedAt(7).setRoom(Room.newBuilder().setName(room)).build();
        return new Event(System.nanoTime() + number, what, Set.of());
    }

    private void happens(String room, String... names) {
        for (String name : names) line.happens(event(room, name));
    }

    private List<String> receivedOf(String room) {
        return receiver.posts.stream().map(TestReceiver.Post::event).filter(event -> event.getRoom().getName().equals(room)).map(WebhookEvent::getEvent).toList();
    }

    @Test
    void what_happens_arrives_signed_and_in_its_order() throws Exception {
        start(Config.of(receiver.url()));
        happens("hall", "room_started", "participant_joined", "participant_left", "room_finished");
        for (int i = 0; i < 4; i++) {
            TestReceiver.Post post = receiver.next();
            assertThat(AccessTokens.verify(post.header("Authorization"), KEYS, Instant.now()).sha256()).isNotEmpty();
        }
        assertThat(receiver.events()).containsExactly("room_started", "participant_joined", "participant_left", "room_finished");
        assertThat(new String(receiver.posts.getFirst().body())).isEqualTo("{\"event\":\"room_started\",\"room\":{\"name\":\"hall\"},\"id\":\"EV_0\",\"createdAt\":\"7\"}");
    }

    @Test
    void a_room_waits_for_its_own_events_and_for_no_other_rooms() throws Exception {
        CountDownLatch allowed = new CountDownLatch(1);
        receiver.willAnswer(whenAllowed(allowed));
        start(Config.of(receiver.url()));
        happens("slow", "room_started", "room_finished");
        receiver.next();
        happens("quick", "room_started", "room_finished");
        receiver.next();
        receiver.next();
        assertThat(receivedOf("quick")).containsExactly("room_started", "room_finished");
        assertThat(receivedOf("slow")).containsExactly("room_started");
        allowed.countDown();
        receiver.next();
        assertThat(receivedOf("slow")).containsExactly("room_started", "room_finished");
    }

    @Test
    void a_slow_receiver_costs_what_is_too_much_and_it_is_counted() throws Exception {
        CountDownLatch allowed = new CountDownLatch(1);
        receiver.willAnswer(whenAllowed(allowed));
        Webhooks webhooks = start(Config.of(receiver.url()).deep(2));
        happens("hall", "one");
        receiver.next();
        happens("hall", "two", "three", "four");
        assertThat(webhooks.tally().droppedTotal(Tally.Reason.QUEUE_FULL)).isEqualTo(2);
        allowed.countDown();
        assertThat(receiver.next().event().getEvent()).isEqualTo("two");
        stop(webhooks);
        assertThat(receiver.events()).containsExactly("one", "two");
        assertThat(webhooks.tally().takenTotal()).isEqualTo(2);
        assertThat(line.kept).isEmpty();
    }

    @Test
    void all_queues_together_have_an_end_too() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        for (int i = 0; i < Deliveries.SLOTS; i++) receiver.willAnswer(whenAllowed(never));
        Webhooks webhooks = start(Config.of(receiver.url()));
        for (int i = 0; i < Deliveries.MOST_WAITING; i++) happens("room " + i, "room_started");
        assertThat(webhooks.tally().droppedTotal(Tally.Reason.QUEUE_FULL)).isZero();
        happens("one more", "room_started");
        assertThat(webhooks.tally().droppedTotal(Tally.Reason.QUEUE_FULL)).isEqualTo(1);
        never.countDown();
        line.kept.clear();
    }

    @Test
    void a_receiver_is_asked_in_so_many_requests_at_a_time() throws Exception {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch allowed = new CountDownLatch(1);
        int all = Deliveries.SLOTS + 40;
        for (int i = 0; i < all; i++)
            receiver.willAnswer(exchange -> {
                most.accumulateAndGet(now.incrementAndGet(), Math::max);
                allowed.await();
                now.decrementAndGet();
                exchange.sendResponseHeaders(200, -1);
            });
        start(Config.of(receiver.url()));
        for (int i = 0; i < all; i++) happens("room " + i, "room_started");
        for (int i = 0; i < Deliveries.SLOTS; i++) receiver.next();
        while (now.get() < Deliveries.SLOTS) Thread.onSpinWait(); // they are being answered
        allowed.countDown();
        for (int i = Deliveries.SLOTS; i < all; i++) receiver.next();
        assertThat(most.get()).isEqualTo(Deliveries.SLOTS);
    }

    @Test
    void what_is_too_old_is_not_told_and_is_counted() throws Exception {
        Webhooks webhooks = start(Config.of(receiver.url()));
        WebhookEvent what = event("hall", "room_started").event();
        line.happens(new Event(System.nanoTime() - 31_000_000_000L, what, Set.of()));
        happens("hall", "room_finished");
        assertThat(receiver.next().event().getEvent()).isEqualTo("room_finished");
        assertThat(webhooks.tally().droppedTotal(Tally.Reason.TOO_OLD)).isEqualTo(1);
    }

    @Test
    void two_receivers_get_the_same_each_at_its_pace() throws Exception {
        CountDownLatch allowed = new CountDownLatch(1);
        receiver.willAnswer(whenAllowed(allowed));
        try (TestReceiver other = new TestReceiver()) {
            start(Config.of(receiver.url(), other.url()));
            happens("hall", "room_started", "room_finished");
            other.next();
            other.next();
            assertThat(receiver.next().event().getEvent()).isEqualTo("room_started");
            allowed.countDown();
            receiver.next();
            assertThat(receiver.posts).extracting(post -> post.event().getId()).isEqualTo(other.posts.stream().map(post -> post.event().getId()).toList());
        }
    }

    @Test
    void an_update_of_the_bundle_loses_nothing_and_tells_nothing_twice() throws Exception {
        CountDownLatch allowed = new CountDownLatch(1);
        try (TestReceiver other = new TestReceiver()) {
            Config config = Config.of(receiver.url(), other.url());
            Webhooks before = start(config);
            happens("hall", "one");
            receiver.next();
            other.next();
            receiver.willAnswer(whenAllowed(allowed));
            happens("hall", "two", "three");
            other.next();
            other.next();
            receiver.next(); // "two" is under way, and "three" waits behind it
            Thread leaving = Thread.ofVirtual().start(() -> {
                try {
                    stop(before);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            while (!held()) Thread.onSpinWait();
            happens("hall", "four");
            allowed.countDown();
            leaving.join();
            happens("hall", "five");
            assertThat(line.kept).extracting(event -> event.event().getEvent()).containsExactly("three", "four", "five");
            start(config);
            for (int i = 0; i < 3; i++) receiver.next();
            other.next();
            other.next();
            assertThat(receiver.events()).containsExactly("one", "two", "three", "four", "five");
            assertThat(other.events()).containsExactly("one", "two", "three", "four", "five");
        }
    }

    private boolean held() {
        synchronized (line) {
            return line.held;
        }
    }

    @Test
    void who_cannot_be_reached_is_no_reason_to_wait_long_when_the_bundle_goes() throws Exception {
        receiver.willAnswer(status(503));
        Webhooks webhooks = start(Config.of(receiver.url()));
        happens("hall", "room_started");
        receiver.next();
        stop(webhooks);
        assertThat(line.kept).extracting(event -> event.event().getEvent()).containsExactly("room_started");
        assertThat(line.kept.getFirst().told()).as("it has not got it").isEmpty();
        start(Config.of(receiver.url()));
        assertThat(receiver.next().event().getEvent()).isEqualTo("room_started");
    }

    @Test
    void when_the_server_stops_what_has_happened_is_still_told() throws Exception {
        CountDownLatch allowed = new CountDownLatch(1);
        receiver.willAnswer(whenAllowed(allowed));
        Webhooks webhooks = start(Config.of(receiver.url()));
        happens("hall", "participant_left", "room_finished");
        receiver.next();
        nobodyFollows.set(true);
        allowed.countDown();
        stop(webhooks);
        assertThat(receiver.events()).containsExactly("participant_left", "room_finished");
        assertThat(line.kept).isEmpty();
    }

    @Test
    void a_new_configuration_counts_from_the_next_event_on() throws Exception {
        Webhooks webhooks = start(Config.of());
        happens("hall", "one");
        webhooks.modified(Config.of(receiver.url()).excluding("two"));
        happens("hall", "two", "three");
        assertThat(receiver.next().event().getEvent()).isEqualTo("three");
        assertThat(receiver.posts).hasSize(1);
    }

    @Test
    void who_stays_in_charge_takes_its_place_in_a_new_line() throws Exception {
        Webhooks webhooks = start(Config.of(receiver.url()));
        webhooks.unbindLine(line);
        Line next = new Line();
        next.kept.add(event("hall", "not for who is in charge already"));
        webhooks.bindLine(next);
        next.happens(event("hall", "one"));
        assertThat(receiver.next().event().getEvent()).isEqualTo("one");
    }

    @Test
    void without_a_key_nothing_goes_out_and_it_is_counted() throws Exception {
        Webhooks webhooks = start(Config.of(receiver.url()));
        webhooks.keys = null;
        happens("hall", "one");
        nobodyFollows.set(true);
        stop(webhooks);
        assertThat(receiver.posts).isEmpty();
        assertThat(webhooks.tally().droppedTotal(Tally.Reason.NO_KEY)).isEqualTo(1);
    }
}
