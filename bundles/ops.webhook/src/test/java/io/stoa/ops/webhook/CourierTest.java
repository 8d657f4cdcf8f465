package io.stoa.ops.webhook;

import static io.stoa.ops.webhook.TestReceiver.redirect;
import static io.stoa.ops.webhook.TestReceiver.status;
import static io.stoa.ops.webhook.TestReceiver.whenAllowed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.auth.AccessTokens;
import io.stoa.auth.KeyProvider;
import io.stoa.ops.webhook.Courier.Outcome;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One event to one receiver, which is a real HTTP server. */
class CourierTest {
    private static final byte[] BODY = "{\"event\":\"room_started\"}".getBytes(StandardCharsets.UTF_8);
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final TestReceiver receiver = new TestReceiver();
    private final List<Long> pauses = new ArrayList<>();
    private final Map<String, String> keys = Map.of("devkey", "secret");

    CourierTest() throws IOException {}

    @AfterEach
    void close() {
        receiver.close();
        client.shutdownNow();
    }

    private Outcome bring(String url, String key) throws InterruptedException {
        return bring(url, key, Duration.ofSeconds(20));
    }

    private Outcome bring(String url, String key, Duration patience) throws InterruptedException {
        Courier courier = new Courier(client, name -> Optional.ofNullable(keys.get(name)), () -> NOW, pauses::add, patience);
        return courier.bring(BODY, Receiver.at(url, key), new Semaphore(1));
    }

    private Outcome bring() throws InterruptedException {
        return bring(receiver.url() + "/hook?a=b", "devkey");
    }

    @Test
    void the_body_is_signed_by_its_digest_and_says_what_it_is() throws Exception {
        assertThat(bring()).isEqualTo(new Outcome.Taken());
        TestReceiver.Post post = receiver.next();
        assertThat(post.method()).isEqualTo("POST");
        assertThat(post.path()).isEqualTo("/hook");
        assertThat(post.body()).isEqualTo(BODY);
        assertThat(post.header("Content-Type")).isEqualTo("application/webhook+json");
        assertThat(post.header("User-Agent")).isEqualTo("LiveKit");
        assertThat(post.header("Upgrade")).isEmpty();
        var claims = AccessTokens.verify(post.header("Authorization"), provider(), NOW);
        assertThat(claims.apiKey()).isEqualTo("devkey");
        assertThat(claims.sha256()).isEqualTo(Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(BODY)));
        assertThat(claims.expiresAtSeconds()).isEqualTo(NOW.getEpochSecond() + 300);
        assertThat(claims.video()).as("it opens no door").isNull();
    }

    private KeyProvider provider() {
        return new KeyProvider() {
            @Override
            public Optional<String> secret(String apiKey) {
                return Optional.ofNullable(keys.get(apiKey));
            }

            @Override
            public Optional<String> firstKey() {
                return Optional.of("devkey");
            }
        };
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 503, 429})
    void what_may_be_better_later_is_tried_again_with_growing_pauses(int answer) throws Exception {
        receiver.willAnswer(status(answer), status(answer), status(answer));
        assertThat(bring()).isEqualTo(new Outcome.Taken());
        assertThat(receiver.posts).hasSize(4);
        assertThat(pauses).containsExactly(1_000L, 2_000L, 4_000L);
    }

    @Test
    void the_receiver_may_say_when_but_not_for_ever() throws Exception {
        receiver.willAnswer(after("7"), after("100000"), after("soon"));
        assertThat(bring()).isEqualTo(new Outcome.Taken());
        assertThat(pauses).containsExactly(7_000L, 30_000L, 4_000L);
    }

    private static TestReceiver.Answer after(String when) {
        return exchange -> {
            exchange.getResponseHeaders().set("Retry-After", when);
            exchange.sendResponseHeaders(503, -1);
        };
    }

    @Test
    void after_five_attempts_it_has_failed() throws Exception {
        for (int i = 0; i < 9; i++) receiver.willAnswer(status(500));
        assertThat(bring()).isEqualTo(new Outcome.Failed("it answers 500, 5 times"));
        assertThat(receiver.posts).hasSize(5);
        assertThat(pauses).containsExactly(1_000L, 2_000L, 4_000L, 8_000L);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 404, 413, 501})
    void a_refusal_is_no_success_and_is_not_tried_again(int answer) throws Exception {
        receiver.willAnswer(status(answer));
        assertThat(bring()).isEqualTo(new Outcome.Failed("it answers " + answer));
        assertThat(receiver.posts).hasSize(1);
    }

    @Test
    void a_receiver_that_is_down_is_tried_again() throws Exception {
        receiver.close();
        assertThat(bring()).isEqualTo(new Outcome.Failed("it cannot be connected to, 5 times"));
        assertThat(pauses).hasSize(4);
    }

    @Test
    void a_receiver_that_does_not_answer_in_time_is_tried_again() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        for (int i = 0; i < 5; i++) receiver.willAnswer(whenAllowed(never));
        assertThat(bring(receiver.url(), "devkey", Duration.ofMillis(100))).isInstanceOfSatisfying(Outcome.Failed.class, failed -> assertThat(failed.why()).contains("does not answer"));
        assertThat(pauses).hasSize(4);
        never.countDown();
    }

    @Test
    void an_answer_without_an_end_is_left() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        for (int i = 0; i < 5; i++)
            receiver.willAnswer(exchange -> {
                exchange.sendResponseHeaders(200, 0);
                exchange.getResponseBody().write(1);
                exchange.getResponseBody().flush();
                never.await();
            });
        assertThat(bring(receiver.url(), "devkey", Duration.ofMillis(200))).isInstanceOf(Outcome.Failed.class);
        never.countDown();
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 307, 308})
    void a_redirected_event_arrives_whole_and_signed(int answer) throws Exception {
        try (TestReceiver elsewhere = new TestReceiver()) {
            receiver.willAnswer(redirect(answer, "/there"), redirect(answer, elsewhere.url() + "/hook"));
            assertThat(bring()).isEqualTo(new Outcome.Taken());
            assertThat(receiver.posts).extracting(TestReceiver.Post::path).containsExactly("/hook", "/there");
            TestReceiver.Post post = elsewhere.next();
            assertThat(post.method()).isEqualTo("POST");
            assertThat(post.body()).isEqualTo(BODY);
            assertThat(AccessTokens.verify(post.header("Authorization"), provider(), NOW).sha256()).isNotEmpty();
        }
    }

    @Test
    void redirects_that_lead_nowhere_have_failed() throws Exception {
        for (int i = 0; i < 6; i++) receiver.willAnswer(redirect(302, "/again"));
        assertThat(bring()).isEqualTo(new Outcome.Failed("it redirects too often"));
        receiver.willAnswer(redirect(302, "file:///etc/passwd"));
        assertThat(bring()).isInstanceOf(Outcome.Failed.class);
        receiver.willAnswer(redirect(302, "http://a b"));
        assertThat(bring()).isInstanceOf(Outcome.Failed.class);
        assertThat(pauses).isEmpty();
    }

    @Test
    void without_the_key_nothing_is_sent() throws Exception {
        assertThat(bring(receiver.url(), "other")).isEqualTo(new Outcome.Unsigned());
        assertThat(receiver.posts).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "hook", "ftp://example.com/", "http://", "http://a b", "http://a:70000/"})
    void what_nothing_can_be_sent_to_is_no_receiver(String url) {
        assertThatThrownBy(() -> Receiver.at(url, "devkey")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void logs_do_not_tell_what_may_be_secret() {
        assertThat(Receiver.at("https://user:word@example.com:8443/hook?token=abc#x", "devkey")).hasToString("https://example.com:8443/hook");
    }
}
