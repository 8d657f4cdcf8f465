package io.stoa.redis.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import io.stoa.health.HealthCheck.Finding;
import io.stoa.health.HealthCheck.Kind;
import io.stoa.redis.RedisConnection.Subscription;
import io.stoa.redis.RedisServer;
import io.stoa.redis.Replies;
import io.stoa.redis.client.RedisSettings.Mode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Against a real Redis that comes and goes. */
@Timeout(60)
class HeldConnectionTest {
    private static final Duration CHECKS = Duration.ofMillis(50);

    private final List<AutoCloseable> open = new ArrayList<>();
    private final BlockingQueue<Boolean> states = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private RedisServer redis;

    @BeforeEach
    void start() throws Exception {
        redis = RedisServer.start();
        open.add(redis);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open.reversed()) one.close();
    }

    private static final class Fixed implements Passwords {
        volatile String redis = "";

        @Override
        public String redis() {
            return redis;
        }

        @Override
        public String sentinel() {
            return "";
        }
    }

    private final Fixed passwords = new Fixed();

    private static RedisSettings settings(Mode mode, int port, String username, Optional<RedisSettings.Tls> tls) {
        return new RedisSettings(mode, List.of(new HostAndPort("127.0.0.1", port)), username, 0, tls, "main", "", Duration.ofSeconds(2), Duration.ofMillis(500), 2);
    }

    private HeldConnection connect(Mode mode, int port, String username, Optional<RedisSettings.Tls> tls) {
        RedisSettings settings = settings(mode, port, username, tls);
        HeldConnection connection = new HeldConnection(settings.description(), new LettuceSessions(settings, passwords), CHECKS).start();
        open.add(connection);
        return connection;
    }

    private HeldConnection connect(int port) {
        return connect(Mode.SERVER, port, "", Optional.empty());
    }

    private HeldConnection connected() throws InterruptedException {
        HeldConnection connection = connect(redis.port());
        assertThat(connection.awaitAvailable(Duration.ofSeconds(20))).isTrue();
        connection.onAvailability(states::add);
        assertThat(next(states)).isTrue();
        return connection;
    }

    private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        return queue.poll(20, TimeUnit.SECONDS);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }

    private static void set(HeldConnection connection, String key, String value) {
        Replies.await(connection.commands().set(bytes(key), bytes(value)));
    }

    private void listen(HeldConnection connection, String channel) {
        connection.subscribe(channel, message -> heard.add(channel + ":" + new String(message, java.nio.charset.StandardCharsets.UTF_8)));
    }

    @Test
    void commands_and_channels() throws Exception {
        HeldConnection connection = connected();
        set(connection, "a", "1");
        assertThat(redis.cli("get", "a")).isEqualTo("1");
        listen(connection, "news");
        for (int i = 0; i < 100; i++) connection.commands().publish(bytes("news"), bytes("" + i));
        for (int i = 0; i < 100; i++) assertThat(next(heard)).isEqualTo("news:" + i);
    }

    @Test
    void a_channel_is_redis_business_while_somebody_listens() throws Exception {
        HeldConnection connection = connected();
        Subscription first = connection.subscribe("news", message -> heard.add("first"));
        Subscription second = connection.subscribe("news", message -> heard.add("second"));
        assertThat(redis.cli("publish", "news", "x")).isEqualTo("1");
        assertThat(List.of(next(heard), next(heard))).containsExactlyInAnyOrder("first", "second");
        first.close();
        first.close();
        redis.cli("publish", "news", "x");
        assertThat(next(heard)).isEqualTo("second");
        second.close();
        Replies.await(connection.commands().ping());
        listen(connection, "barrier"); // the channels' connection has done all that was asked before
        assertThat(redis.cli("pubsub", "numsub", "news")).endsWith("0");
    }

    @Test
    void a_listener_that_fails_harms_nobody_else() throws Exception {
        HeldConnection connection = connected();
        connection.subscribe("news", message -> {
            throw new IllegalStateException("a bug of the listener");
        });
        listen(connection, "news");
        redis.cli("publish", "news", "1");
        assertThat(next(heard)).isEqualTo("news:1");
    }

    @Test
    void what_is_asked_of_a_redis_that_is_away_fails_and_says_why() throws Exception {
        int nobody = RedisServer.freePort();
        HeldConnection connection = connect(nobody);
        connection.onAvailability(states::add);
        assertThat(next(states)).isFalse();
        assertThat(connection.isAvailable()).isFalse();
        assertThatThrownBy(connection::commands)
                .isInstanceOf(RedisConnectionException.class)
                .hasMessageContaining("redis://127.0.0.1:" + nobody + "/0 is not available");
        assertThatThrownBy(() -> listen(connection, "news")).isInstanceOf(RedisConnectionException.class);
        RedisServer late = RedisServer.startOn(nobody);
        open.add(late);
        assertThat(next(states)).isTrue();
        set(connection, "a", "1");
    }

    @Test
    void who_does_not_know_yet_whether_redis_is_there_is_not_ready() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        LettuceSessions sessions = new LettuceSessions(settings(Mode.SERVER, redis.port(), "", Optional.empty()), passwords);
        HeldConnection connection = new HeldConnection("it", new Session.Opener() {
            @Override
            public Session get() {
                try {
                    asked.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return sessions.get();
            }

            @Override
            public void close() {
                sessions.close();
            }
        }, CHECKS).start();
        open.add(connection);
        assertThat(connection.finding()).isEqualTo(Finding.unwell("Redis", Kind.READY, "it has not answered yet"));
        asked.countDown();
        assertThat(connection.awaitAvailable(Duration.ofSeconds(20))).isTrue();
        assertThat(connection.finding()).isEqualTo(Finding.well("Redis", Kind.READY, "it is there"));
        connection.onAvailability(states::add);
        assertThat(next(states)).isTrue();
        redis.stop();
        assertThat(next(states)).isFalse();
        assertThat(connection.finding().well()).isTrue();
        assertThat(connection.finding().words()).startsWith("it is away: ");
    }

    @Test
    void it_comes_back_with_its_subscriptions() throws Exception {
        HeldConnection connection = connected();
        for (int i = 0; i < 1_200; i++) listen(connection, "many" + i);
        redis.stop();
        assertThat(next(states)).isFalse();
        assertThatThrownBy(connection::commands).isInstanceOf(RedisConnectionException.class);
        redis.startAgain();
        assertThat(next(states)).isTrue();
        redis.cli("publish", "many1199", "1");
        redis.cli("publish", "many0", "2");
        assertThat(List.of(next(heard), next(heard))).containsExactlyInAnyOrder("many1199:1", "many0:2");
    }

    @Test
    void a_redis_that_hangs_is_away_and_its_callers_wait_no_longer_than_the_limit() throws Exception {
        HeldConnection connection = connected();
        var commands = connection.commands();
        redis.pause();
        assertThatThrownBy(() -> Replies.await(commands.get(bytes("a")))).isInstanceOf(RedisException.class);
        assertThat(next(states)).isFalse();
        redis.resume();
        assertThat(next(states)).isTrue();
        set(connection, "a", "1");
    }

    @Test
    void a_command_that_takes_too_long_fails_for_itself() throws Exception {
        HeldConnection connection = connected();
        redis.cli("client", "pause", "800", "WRITE");
        assertThatThrownBy(() -> set(connection, "a", "1")).isInstanceOf(RedisCommandTimeoutException.class);
        assertThat(connection.isAvailable()).isTrue();
    }

    @Test
    void what_redis_refuses_is_told() throws Exception {
        HeldConnection connection = connected();
        redis.cli("lpush", "list", "x");
        assertThatThrownBy(() -> Replies.await(connection.commands().get(bytes("list")))).isInstanceOf(RedisException.class).hasMessageContaining("WRONGTYPE");
    }

    @Test
    void a_password_that_is_put_right_is_taken_at_the_next_attempt() throws Exception {
        RedisServer guarded = RedisServer.start("--requirepass", "open sesame");
        open.add(guarded);
        passwords.redis = "wrong";
        HeldConnection connection = connect(guarded.port());
        connection.onAvailability(states::add);
        assertThat(next(states)).isFalse();
        passwords.redis = "open sesame";
        assertThat(next(states)).isTrue();
        assertThat(connection.description()).doesNotContain("sesame");
    }

    @Test
    void a_user_with_few_rights() throws Exception {
        redis.cli("acl", "setuser", "stoa", "on", ">pw", "~*", "&*", "+@read", "+@write", "+@pubsub", "+ping", "+hello");
        passwords.redis = "pw";
        HeldConnection connection = connect(Mode.SERVER, redis.port(), "stoa", Optional.empty());
        assertThat(connection.awaitAvailable(Duration.ofSeconds(20))).isTrue();
        set(connection, "a", "1");
        listen(connection, "news");
        assertThatThrownBy(() -> Replies.await(connection.commands().configGet("*"))).hasMessageContaining("NOPERM");
    }

    @Test
    void after_its_end_it_serves_nobody() throws Exception {
        HeldConnection connection = connected();
        connection.close();
        assertThat(next(states)).isFalse();
        assertThatThrownBy(connection::commands).hasMessageContaining("the server does not use it any more");
    }
}
