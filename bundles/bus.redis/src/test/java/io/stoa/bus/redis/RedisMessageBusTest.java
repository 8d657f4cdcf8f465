package io.stoa.bus.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.cluster.ClusterException;
import io.stoa.cluster.MessageBus;
import io.stoa.redis.RedisServer;
import io.stoa.redis.client.TestConnection;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RedisMessageBusTest {
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private RedisServer redis;
    private TestConnection first;
    private TestConnection second;
    private MessageBus one;
    private MessageBus two;

    @BeforeEach
    void start() throws Exception {
        redis = RedisServer.start();
        first = TestConnection.to(redis);
        second = TestConnection.to(redis);
        one = new RedisMessageBus(first.connection());
        two = new RedisMessageBus(second.connection());
    }

    @AfterEach
    void close() {
        first.close();
        second.close();
        redis.close();
    }

    private String next() throws InterruptedException {
        return heard.poll(20, TimeUnit.SECONDS);
    }

    private static byte[] bytes(int number) {
        return String.valueOf(number).getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }

    private static String text(byte[] message) {
        return new String(message, java.nio.charset.StandardCharsets.UTF_8);
    }

    @Test
    void everybody_hears_in_order() throws Exception {
        one.subscribe("news", message -> heard.add("one" + text(message)));
        for (int i = 0; i < 500; i++) two.publish("news", bytes(i));
        for (int i = 0; i < 500; i++) assertThat(next()).isEqualTo("one" + i);
    }

    @Test
    void of_a_queue_one_hears_each() throws Exception {
        for (MessageBus bus : new MessageBus[] {one, two}) bus.subscribeQueue("work", message -> heard.add(text(message)));
        one.subscribeQueue("work", message -> heard.add(text(message)));
        Set<String> all = new HashSet<>();
        for (int i = 0; i < 300; i++) two.publish("work", bytes(i));
        for (int i = 0; i < 300; i++) assertThat(all.add(next())).isTrue();
        one.subscribe("after", message -> heard.add("after"));
        two.publish("after", bytes(0));
        assertThat(next()).isEqualTo("after");
        assertThat(heard).isEmpty();
        assertThat(redis.cli("pttl", "X+zrZv/IbzjZUnhsbWlsecLbwjndTpG0ZynXOif7V+k=")).matches("[1-9][0-9]{0,3}"); // SHA-256 of "0"
    }

    @Test
    void after_the_end_of_a_subscription_nothing_is_heard() throws Exception {
        MessageBus.Subscription news = one.subscribe("news", message -> heard.add("news"));
        news.close();
        two.publish("news", bytes(1));
        one.subscribe("after", message -> heard.add("after"));
        two.publish("after", bytes(0));
        assertThat(next()).isEqualTo("after");
    }

    @Test
    void a_redis_that_is_away_says_so_and_subscriptions_outlive_it() throws Exception {
        one.subscribe("news", message -> heard.add(text(message)));
        redis.stop();
        first.awaitAvailable(false);
        assertThatThrownBy(() -> one.publish("news", bytes(1))).isInstanceOf(ClusterException.class).hasMessageContaining("is not available");
        assertThatThrownBy(() -> one.subscribe("other", message -> {})).isInstanceOf(ClusterException.class);
        redis.startAgain();
        first.awaitAvailable(true);
        second.awaitAvailable(true);
        two.publish("news", bytes(2));
        assertThat(next()).isEqualTo("2");
    }

    @Test
    void it_is_known_whether_anybody_is_subscribed() throws Exception {
        assertThat(one.hasSubscribers("news")).isFalse();
        MessageBus.Subscription news = two.subscribe("news", message -> {});
        assertThat(one.hasSubscribers("news")).isTrue();
        news.close();
        long begin = System.nanoTime();
        while (one.hasSubscribers("news")) assertThat(System.nanoTime() - begin).isLessThan(TimeUnit.SECONDS.toNanos(20));
        redis.stop();
        first.awaitAvailable(false);
        assertThatThrownBy(() -> one.hasSubscribers("news")).isInstanceOf(ClusterException.class).hasMessageContaining("is not available");
    }

    /** Each node of a cluster knows its own only. */
    @Test
    void in_a_cluster_too() throws Exception {
        RedisServer[] nodes = new RedisServer[3];
        try {
            for (int i = 0; i < nodes.length; i++)
                nodes[i] = RedisServer.startOn(RedisServer.freePort(), "--cluster-enabled", "yes", "--cluster-port", String.valueOf(RedisServer.freePort()));
            nodes[0].cli("--cluster", "create", nodes[0].address(), nodes[1].address(), nodes[2].address(), "--cluster-yes");
            for (RedisServer node : nodes) node.awaitCluster();
            for (RedisServer node : nodes) {
                try (TestConnection asking = TestConnection.toCluster(nodes[0]);
                        TestConnection listening = TestConnection.to(node)) {
                    MessageBus bus = new RedisMessageBus(asking.connection());
                    assertThat(bus.hasSubscribers("of " + node.port())).isFalse();
                    new RedisMessageBus(listening.connection()).subscribe("of " + node.port(), message -> {});
                    assertThat(bus.hasSubscribers("of " + node.port())).isTrue();
                }
            }
        } finally {
            for (RedisServer node : nodes) if (node != null) node.close();
        }
    }
}
