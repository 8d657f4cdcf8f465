package io.stoa.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.cluster.MessageBus.Subscription;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class InProcessMessageBusTest {
    private final InProcessMessageBus bus = new InProcessMessageBus();
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    @AfterEach
    void close() {
        bus.close();
    }

    private Subscription subscribe(String channel, String who) {
        return bus.subscribe(channel, message -> heard.add(who + message[0]));
    }

    private void publish(String channel, int what) {
        bus.publish(channel, new byte[] {(byte) what});
    }

    private List<String> hears(int count) throws InterruptedException {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < count; i++) all.add(heard.poll(10, TimeUnit.SECONDS));
        return all;
    }

    @Test
    void everybody_on_the_channel_hears_and_nobody_else() throws Exception {
        subscribe("a", "ann");
        subscribe("a", "bob");
        subscribe("b", "cid");
        publish("a", 1);
        assertThat(hears(2)).containsExactlyInAnyOrder("ann1", "bob1");
        publish("b", 2);
        assertThat(hears(1)).containsExactly("cid2");
        publish("nobody", 3);
        assertThat(heard).isEmpty();
    }

    @Test
    void messages_keep_their_order() throws Exception {
        subscribe("a", "ann");
        for (int i = 0; i < 100; i++) publish("a", i);
        List<String> all = hears(100);
        for (int i = 0; i < 100; i++) assertThat(all.get(i)).isEqualTo("ann" + i);
    }

    @Test
    void of_a_queue_one_hears_each_in_turn() throws Exception {
        bus.subscribeQueue("a", message -> heard.add("q1"));
        bus.subscribeQueue("a", message -> heard.add("q2"));
        subscribe("a", "all");
        publish("a", 1);
        publish("a", 2);
        assertThat(hears(4)).containsExactlyInAnyOrder("q1", "q2", "all1", "all2");
        assertThat(heard).isEmpty();
    }

    @Test
    void a_subscriber_that_is_slow_or_throws_harms_only_itself() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        bus.subscribe("a", message -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            heard.add("slow" + message[0]);
        });
        bus.subscribe("a", message -> {
            heard.add("bad" + message[0]);
            throw new IllegalStateException("a bug of the subscriber");
        });
        subscribe("a", "ann");
        publish("a", 1);
        publish("a", 2);
        assertThat(hears(4)).containsExactlyInAnyOrder("ann1", "ann2", "bad1", "bad2");
        release.countDown();
        assertThat(hears(2)).containsExactly("slow1", "slow2");
    }

    @Test
    void nobody_can_change_what_others_hear() throws Exception {
        bus.subscribe("a", message -> {
            message[0] = 9;
            heard.add("changed");
        });
        assertThat(heard).isEmpty();
        subscribe("a", "ann");
        byte[] message = {1};
        bus.publish("a", message);
        message[0] = 8;
        assertThat(hears(2)).containsExactlyInAnyOrder("changed", "ann1");
    }

    @Test
    void after_the_end_of_a_subscription_no_call_begins_though_messages_wait() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Subscription subscription = bus.subscribe("a", message -> {
            heard.add("ann" + message[0]);
            begun.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        for (int i = 1; i < 5; i++) publish("a", i);
        begun.await();
        subscription.close();
        publish("a", 5);
        release.countDown();
        subscribe("b", "after");
        publish("b", 6);
        assertThat(hears(2)).containsExactly("ann1", "after6");
        assertThat(heard).isEmpty();
    }

    @Test
    void channels_without_subscribers_are_forgotten() {
        for (int i = 0; i < 1_000; i++) bus.subscribe("answer-" + i, message -> {}).close();
        assertThat(bus.channels()).isZero();
        Subscription one = subscribe("a", "ann");
        Subscription two = subscribe("a", "bob");
        one.close();
        one.close();
        assertThat(bus.channels()).isEqualTo(1);
        two.close();
        assertThat(bus.channels()).isZero();
    }
}
