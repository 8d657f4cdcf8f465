package io.stoa.rpc.psrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.cluster.ClusterException;
import io.stoa.cluster.MessageBus;
import io.stoa.rpc.InProcessMessageBus;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class BusOfTheDayTest {
    private final BusOfTheDay day = new BusOfTheDay().start();
    private final BlockingQueue<String> subscribed = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    /** Tells of subscriptions, and may be out of order. */
    private final class Named implements MessageBus {
        private final InProcessMessageBus real = new InProcessMessageBus();
        private final String name;
        private volatile boolean away;

        Named(String name) {
            this.name = name;
        }

        @Override
        public void publish(String channel, byte[] message) {
            real.publish(channel, message);
        }

        @Override
        public Subscription subscribe(String channel, Subscriber subscriber) throws ClusterException {
            if (away) throw new ClusterException(ClusterException.Code.UNAVAILABLE, name + " is away");
            Subscription subscription = real.subscribe(channel, subscriber);
            subscribed.add(name + " " + channel);
            return () -> {
                subscription.close();
                subscribed.add(name + " left " + channel);
            };
        }

        @Override
        public Subscription subscribeQueue(String channel, Subscriber subscriber) throws ClusterException {
            return subscribe("queue " + channel, subscriber);
        }

        @Override
        public boolean hasSubscribers(String channel) {
            return real.hasSubscribers(channel);
        }
    }

    private final Named one = new Named("one");
    private final Named two = new Named("two");

    @AfterEach
    void close() {
        day.close();
    }

    private String next(BlockingQueue<String> queue) throws InterruptedException {
        return queue.poll(10, TimeUnit.SECONDS);
    }

    @Test
    void subscriptions_move_to_the_next_bus_and_back() throws Exception {
        day.bind(one);
        var news = day.hold("news", false, message -> heard.add("news" + message[0]));
        assertThat(next(subscribed)).isEqualTo("one news");
        day.bind(two);
        day.unbind(one);
        assertThat(next(subscribed)).isEqualTo("two news");
        assertThat(next(subscribed)).isEqualTo("one left news");
        day.publish("news", new byte[] {1});
        assertThat(next(heard)).isEqualTo("news1");
        news.close();
        assertThat(next(subscribed)).isEqualTo("two left news");
        day.bind(one);
        day.hold("queued", true, message -> heard.add("queued"));
        assertThat(next(subscribed)).isEqualTo("one queue queued");
        assertThat(subscribed).isEmpty();
        assertThat(day.held()).isEqualTo(1);
    }

    @Test
    void where_a_bus_is_away_it_is_tried_again() throws Exception {
        one.away = true;
        day.bind(one);
        var news = day.hold("news", false, message -> heard.add("news"));
        assertThatThrownBy(news::require)
                .isInstanceOfSatisfying(RpcException.class, e -> assertThat(e.code()).isEqualTo(RpcCode.UNAVAILABLE))
                .hasMessage("one is away");
        one.away = false;
        assertThat(next(subscribed)).isEqualTo("one news");
        day.publish("news", new byte[1]);
        assertThat(next(heard)).isEqualTo("news");
    }

    @Test
    void without_a_bus_nothing_is_published() {
        assertThatThrownBy(() -> day.publish("news", new byte[1])).isInstanceOf(ClusterException.class);
        assertThatThrownBy(() -> day.hold("news", false, message -> {}).require()).isInstanceOf(RpcException.class);
    }
}
