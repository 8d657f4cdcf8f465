package io.stoa.redis.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.redis.RedisConnection;
import io.stoa.redis.RedisServer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ConnectionOfTheDayTest {
    private final BlockingQueue<String> story = new LinkedBlockingQueue<>();
    private volatile HeldConnection offered;
    private volatile boolean needed;

    private ConnectionOfTheDay connection() {
        return new ConnectionOfTheDay(
                settings -> new HeldConnection(settings.description(), new LettuceSessions(settings, TestConnection.NO_PASSWORDS), Duration.ofMillis(50)).start(),
                next -> {
                    offered = next;
                    story.add("offered " + next.description() + (next.isAvailable() ? ", there" : ""));
                    return () -> story.add("withdrawn " + next.description());
                },
                () -> needed);
    }

    private static void change(ConnectionOfTheDay connection, Optional<RedisSettings> next) {
        connection.want(next);
        connection.settle();
    }

    private static Optional<RedisSettings> at(int port) {
        return RedisSettings.of(RedisSettingsTest.config(Map.of("address", "127.0.0.1:" + port)));
    }

    private String next() throws InterruptedException {
        return story.poll(20, TimeUnit.SECONDS);
    }

    @Test
    void the_next_connection_is_there_before_the_old_one_goes() throws Exception {
        try (RedisServer one = RedisServer.start(); ConnectionOfTheDay connection = connection()) {
            change(connection, at(one.port()));
            assertThat(next()).startsWith("offered " + at(one.port()).orElseThrow().description());
            assertThat(offered.awaitAvailable(Duration.ofSeconds(20))).isTrue();
            RedisConnection old = offered;
            change(connection, at(one.port())); // the same: nothing happens
            int port = RedisServer.freePort();
            Thread change = Thread.ofVirtual().start(() -> change(connection, at(port)));
            assertThat(story.poll(500, TimeUnit.MILLISECONDS)).isNull();
            assertThat(old.isAvailable()).isTrue();
            try (RedisServer two = RedisServer.startOn(port)) {
                assertThat(next()).isEqualTo("offered " + at(port).orElseThrow().description() + ", there");
                assertThat(next()).isEqualTo("withdrawn " + old.description());
                change.join();
                assertThat(two.port()).isEqualTo(port);
            }
        }
    }

    @Test
    void where_the_old_one_is_away_too_nobody_waits() throws Exception {
        try (ConnectionOfTheDay connection = connection()) {
            int first = RedisServer.freePort();
            change(connection, at(first));
            next();
            change(connection, at(RedisServer.freePort()));
            assertThat(next()).startsWith("offered");
            assertThat(next()).isEqualTo("withdrawn " + at(first).orElseThrow().description());
        }
    }

    @Test
    void one_that_is_wanted_no_more_stays_while_somebody_needs_it() throws Exception {
        try (RedisServer one = RedisServer.start(); ConnectionOfTheDay connection = connection()) {
            change(connection, at(one.port()));
            next();
            assertThat(offered.awaitAvailable(Duration.ofSeconds(20))).isTrue();
            needed = true;
            Thread change = Thread.ofVirtual().start(() -> change(connection, Optional.empty()));
            assertThat(story.poll(500, TimeUnit.MILLISECONDS)).isNull();
            connection.want(at(one.port()));
            change.join();
            assertThat(offered.isAvailable()).as("wanted again").isTrue();
            change = Thread.ofVirtual().start(() -> change(connection, Optional.empty()));
            needed = false;
            assertThat(next()).startsWith("withdrawn");
            change.join();
        }
    }

    @Test
    void a_change_that_is_given_up_leaves_all_as_it_was() throws Exception {
        try (RedisServer one = RedisServer.start(); ConnectionOfTheDay connection = connection()) {
            change(connection, at(one.port()));
            next();
            assertThat(offered.awaitAvailable(Duration.ofSeconds(20))).isTrue();
            int nobody = RedisServer.freePort();
            Thread change = Thread.ofVirtual().start(() -> change(connection, at(nobody)));
            assertThat(story.poll(300, TimeUnit.MILLISECONDS)).isNull();
            connection.want(at(one.port()));
            change.join();
            assertThat(story).isEmpty();
            assertThat(offered.isAvailable()).isTrue();
            change(connection, Optional.empty());
            assertThat(next()).startsWith("withdrawn");
        }
    }
}
