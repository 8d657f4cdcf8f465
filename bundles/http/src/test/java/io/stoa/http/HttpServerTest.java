package io.stoa.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.auth.AccessTokens;
import io.stoa.auth.Claims;
import io.stoa.auth.VideoGrant;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests byte by byte against the real server (spec 1.2, 1.3, 1.5, 13.1). */
@Timeout(30)
class HttpServerTest {
    private TestServer http;

    @BeforeEach
    void open() throws Exception {
        http = new TestServer();
        http.route("/echo", exchange -> exchange.respond(
                200, exchange.method() + " " + exchange.path() + " q=" + exchange.query("q") + " who=" + exchange.claims().map(Claims::identity).orElse("nobody")
                        + " from=" + exchange.clientAddress() + " at=" + exchange.origin()));
        http.route("/body", exchange -> exchange.respond(200, String.valueOf(exchange.body().length)));
    }

    @AfterEach
    void close() throws Exception {
        http.close();
    }

    private static String token(Claims claims) {
        return AccessTokens.mint(claims, "devkey", "secret", Instant.now(), Duration.ofMinutes(1));
    }

    private static int status(String answer) {
        return Integer.parseInt(answer.substring(9, 12));
    }

    private static String body(String answer) {
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }

    private static String header(String answer, String name) {
        return answer.lines().filter(line -> line.toLowerCase().startsWith(name.toLowerCase() + ": ")).map(line -> line.substring(name.length() + 2)).findFirst().orElse(null);
    }

    @Test
    void health_and_what_is_not_there() throws Exception {
        String health = http.get("/");
        assertThat(status(health)).isEqualTo(200);
        assertThat(body(health)).isEqualTo("OK");
        assertThat(header(health, "Vary")).isEqualTo("Origin");
        assertThat(header(health, "Server")).isNull();
        String nothing = http.get("/nothing");
        assertThat(status(nothing)).isEqualTo(404);
        assertThat(body(nothing)).isEqualTo("404 page not found\n");
        assertThat(header(nothing, "Content-Type")).isEqualToIgnoringCase("text/plain; charset=utf-8");
        assertThat(body(http.ask("HEAD /", "", ""))).isEmpty();
    }

    @Test
    void an_exchange_shows_what_was_asked_and_by_whom() throws Exception {
        assertThat(body(http.get("/echo?q=a%20b&q=c"))).isEqualTo("GET /echo q=a b who=nobody from=127.0.0.1 at=http://localhost:" + http.port);
        String ann = token(Claims.of("ann", VideoGrant.join("lobby")));
        assertThat(body(http.ask("DELETE /echo", "Authorization: Bearer " + ann + "\r\nX-Forwarded-For: 192.0.2.1, 10.0.0.1\r\nX-Real-IP: 192.0.2.2\r\n", "")))
                .isEqualTo("DELETE /echo q=null who=ann from=192.0.2.1, 10.0.0.1 at=http://localhost:" + http.port);
        assertThat(body(http.ask("GET /echo", "CF-Connecting-IP: 192.0.2.3\r\nX-Forwarded-For: 192.0.2.1\r\n", ""))).contains("from=192.0.2.3 ");
    }

    @Test
    void the_header_wins_over_the_query() throws Exception {
        String ann = token(Claims.of("ann", null));
        String bob = token(Claims.of("bob", null));
        assertThat(body(http.get("/echo?access_token=" + ann))).contains("who=ann");
        assertThat(body(http.ask("GET /echo?access_token=" + ann, "Authorization: Bearer " + bob + "\r\n", ""))).contains("who=bob");
    }

    @Test
    void tokens_are_refused_on_every_path() throws Exception {
        for (String path : new String[] {"/", "/nothing", "/echo"}) {
            assertThat(http.get(path + "?access_token=garbage")).startsWith("HTTP/1.1 401 ").endsWith("\r\n\r\ninvalid authorization token");
            assertThat(http.ask("GET " + path, "Authorization: Basic eDp5\r\n", ""))
                    .startsWith("HTTP/1.1 401 ")
                    .endsWith("\r\n\r\ninvalid authorization header. Must start with Bearer ");
        }
        String foreign = AccessTokens.mint(Claims.of("ann", null), "other", "secret", Instant.now(), Duration.ofMinutes(1));
        assertThat(http.get("/?access_token=" + foreign)).startsWith("HTTP/1.1 401 ").endsWith("invalid API key").doesNotContain(foreign);
        http.server.keys = null;
        assertThat(http.get("/echo?access_token=" + token(Claims.of("ann", null)))).startsWith("HTTP/1.1 401 ").endsWith("invalid API key");
        assertThat(status(http.get("/echo"))).isEqualTo(200);
    }

    @Test
    void a_slash_too_many_at_the_start_is_forgiven() throws Exception {
        assertThat(body(http.get("//echo?q=1"))).startsWith("GET /echo q=1 ");
        assertThat(body(http.get("///echo"))).startsWith("GET /echo ");
        assertThat(status(http.get("//"))).isEqualTo(200);
        assertThat(body(http.ask("POST //body", "Content-Length: 3\r\n", "abc"))).isEqualTo("3");
    }

    @Test
    void the_longest_route_counts_and_routes_come_and_go() throws Exception {
        http.route("/twirp/", exchange -> exchange.respond(200, "all " + exchange.path()));
        HttpRoute exact = http.route("/twirp/a.B/C", exchange -> exchange.respond(200, "one"));
        assertThat(body(http.get("/twirp/a.B/C"))).isEqualTo("one");
        assertThat(body(http.get("/twirp/a.B/D%20E"))).isEqualTo("all /twirp/a.B/D E");
        assertThat(status(http.get("/twirp"))).isEqualTo(404);
        http.server.removeRoute(exact);
        assertThat(body(http.get("/twirp/a.B/C"))).isEqualTo("all /twirp/a.B/C");
    }

    @Test
    void of_one_path_the_highest_ranking_answers_and_the_other_is_back_when_it_goes() throws Exception {
        http.route("/x", exchange -> exchange.respond(200, "shipped"));
        HttpRoute plugin = http.route("/x", 10, exchange -> exchange.respond(200, "plug-in"));
        http.route("/x", exchange -> exchange.respond(200, "spare"));
        assertThat(body(http.get("/x"))).isEqualTo("plug-in");
        http.server.removeRoute(plugin);
        assertThat(body(http.get("/x"))).as("of equals, whoever was there first").isEqualTo("shipped");
    }

    @ParameterizedTest
    @ValueSource(strings = {"OPTIONS", "HEAD", "GET", "POST", "PATCH", "DELETE"})
    void a_preflight_is_answered_before_anything_else(String method) throws Exception {
        String answer = http.ask(
                "OPTIONS /echo?access_token=garbage",
                "Origin: https://app.example\r\nAccess-Control-Request-Method: " + method + "\r\nAccess-Control-Request-Headers: authorization,content-type\r\n", "");
        assertThat(status(answer)).isEqualTo(204);
        assertThat(header(answer, "Access-Control-Allow-Origin")).isIn("*", "https://app.example");
        assertThat(header(answer, "Access-Control-Allow-Methods")).isEqualTo(method);
        assertThat(header(answer, "Access-Control-Allow-Headers")).isEqualTo("authorization,content-type");
        assertThat(header(answer, "Access-Control-Max-Age")).isEqualTo("86400");
        assertThat(header(answer, "Access-Control-Allow-Credentials")).isNull();
        assertThat(body(answer)).isEmpty();
    }

    @Test
    void other_methods_are_not_allowed_to_other_origins() throws Exception {
        String answer = http.ask("OPTIONS /echo", "Origin: https://app.example\r\nAccess-Control-Request-Method: PUT\r\n", "");
        assertThat(status(answer)).isEqualTo(204);
        assertThat(header(answer, "Access-Control-Allow-Origin")).isNull();
        assertThat(header(answer, "Access-Control-Allow-Methods")).isNull();
    }

    @Test
    void other_origins_may_read_answers_refusals_included() throws Exception {
        for (String path : new String[] {"/echo", "/nothing", "/echo?access_token=garbage"}) {
            String answer = http.ask("GET " + path, "Origin: https://app.example\r\n", "");
            assertThat(header(answer, "Access-Control-Allow-Origin")).isIn("*", "https://app.example");
            assertThat(header(answer, "Access-Control-Expose-Headers")).isEqualTo("*");
        }
        assertThat(header(http.get("/echo"), "Access-Control-Allow-Origin")).isNull();
        assertThat(header(http.get("/rtc/validate?access_token=garbage"), "Access-Control-Allow-Origin")).isEqualTo("*");
        assertThat(body(http.ask("OPTIONS /echo", "Origin: https://app.example\r\n", ""))).startsWith("OPTIONS /echo ");
    }

    @Test
    void a_body_at_the_limit_passes_and_one_over_it_is_413_however_it_is_framed() throws Exception {
        int max = TestServer.MAX_BODY;
        assertThat(body(http.ask("POST /body", "Content-Length: " + max + "\r\n", "x".repeat(max)))).isEqualTo(String.valueOf(max));
        assertThat(body(http.ask("POST /body", "Transfer-Encoding: chunked\r\n", chunked(max)))).contains(String.valueOf(max));
        String tooLarge = "\r\n\r\nrequest body too large";
        assertThat(http.ask("POST /body", "Content-Length: " + (max + 1) + "\r\n", "")).startsWith("HTTP/1.1 413 ").endsWith(tooLarge);
        assertThat(http.ask("POST /nothing", "Content-Length: 99999999999\r\n", "")).startsWith("HTTP/1.1 413 ");
        assertThat(http.ask("POST /body", "Transfer-Encoding: chunked\r\n", chunked(max + 1))).startsWith("HTTP/1.1 413 ").contains("request body too large");
    }

    private static String chunked(int bytes) {
        return Integer.toHexString(bytes) + "\r\n" + "x".repeat(bytes) + "\r\n0\r\n\r\n";
    }

    @Test
    void the_limit_changes_while_the_server_runs() throws Exception {
        http.server.modified(TestServer.config(http.port, 3));
        assertThat(status(http.ask("POST /body", "Content-Length: 4\r\n", "abcd"))).isEqualTo(413);
        http.server.modified(TestServer.config(http.port, 0));
        assertThat(body(http.ask("POST /body", "Content-Length: 20000\r\n", "x".repeat(20_000)))).isEqualTo("20000");
    }

    @Test
    void a_join_request_of_a_megabyte_fits_into_the_url_and_more_than_two_do_not() throws Exception {
        assertThat(status(http.get("/echo?q=" + "x".repeat(1 << 20)))).isEqualTo(200);
        String tooLong = http.ask("GET /echo", "X-Long: " + "x".repeat((2 << 20) + 1) + "\r\n", "");
        assertThat(status(tooLong)).isEqualTo(431);
        assertThat(body(tooLong)).isEqualTo("431 Request Header Fields Too Large");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "GET /", "GET / HTTP/9.9", "G\u0000T / HTTP/1.1", "GET http://[ HTTP/1.1", "GET /%zz HTTP/1.1", "GET /a/../../b HTTP/1.1"})
    void what_is_not_http_gets_a_status_or_nothing_and_the_next_one_is_served(String line) throws Exception {
        try (Socket socket = http.connect()) {
            socket.getOutputStream().write((line + "\r\nHost: x\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer).satisfiesAnyOf(
                    text -> assertThat(text).isEmpty(), text -> assertThat(text).startsWith("HTTP/1.1 4"), text -> assertThat(text).startsWith("HTTP/1.1 505"));
            assertThat(answer).as("plain text").doesNotContainIgnoringCase("<html").doesNotContainIgnoringCase("jetty");
        }
        assertThat(status(http.get("/"))).isEqualTo(200);
    }

    @Test
    void requests_without_a_path_are_no_bug() throws Exception {
        assertThat(status(http.ask("OPTIONS *", "", ""))).isBetween(200, 499);
        try (Socket socket = http.connect()) {
            socket.getOutputStream().write("CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.UTF_8)).startsWith("HTTP/1.1 4");
        }
    }

    @Test
    void a_query_that_cannot_be_decoded_has_no_parameters() throws Exception {
        assertThat(body(http.get("/echo?q=%zz"))).contains("q=null");
    }

    @Test
    void a_route_that_throws_or_forgets_to_answer_is_500_and_says_nothing_of_the_inside() throws Exception {
        http.route("/throws", exchange -> {
            throw new IllegalStateException("inside");
        });
        http.route("/forgets", exchange -> {});
        for (String path : new String[] {"/throws", "/forgets"})
            assertThat(http.get(path)).startsWith("HTTP/1.1 500 ").endsWith("\r\n\r\ninternal server error").doesNotContain("inside");
        BlockingQueue<Throwable> thrown = new LinkedBlockingQueue<>();
        http.route("/twice", exchange -> {
            exchange.respond(200, "first");
            try {
                exchange.respond(200, "second");
            } catch (IllegalStateException e) {
                thrown.add(e);
            }
        });
        assertThat(http.get("/twice")).endsWith("\r\n\r\nfirst");
        assertThat(thrown.poll(5, TimeUnit.SECONDS)).hasMessageContaining("answered already");
    }

    @Test
    void a_refusal_before_the_body_has_come_does_not_cost_the_connection() throws Exception {
        try (Socket socket = http.connect()) {
            socket.getOutputStream().write("POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            assertThat(status(http.get("/"))).isEqualTo(200); // by now the first request has been seen
            socket.getOutputStream().write("{}GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            String both = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(both).startsWith("HTTP/1.1 404 ").contains("HTTP/1.1 200 ").endsWith("OK");
        }
        String refused = http.ask("POST /nothing", "Content-Length: 9000\r\nExpect: 100-continue\r\n", "");
        assertThat(header(refused, "Connection")).isEqualTo("close");
    }

    @Test
    void a_slow_client_holds_up_nobody() throws Exception {
        try (Socket slow = http.connect()) {
            slow.getOutputStream().write("POST /body HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4\r\n\r\nab".getBytes(StandardCharsets.UTF_8));
            for (int i = 0; i < 50; i++) assertThat(status(http.get("/"))).isEqualTo(200);
            slow.getOutputStream().write("cd".getBytes(StandardCharsets.UTF_8));
            assertThat(new String(slow.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).startsWith("HTTP/1.1 200 ").endsWith("4");
        }
    }

    @Test
    void a_header_that_does_not_end_ends_the_connection() throws Exception {
        long start = System.nanoTime();
        http.server.nanos = () -> start; // its own sweeps happen then
        try (Socket slow = http.connect(); Socket resting = http.connect()) {
            resting.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            assertThat(resting.getInputStream().readNBytes(12)).isNotEmpty();
            slow.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\n".getBytes(StandardCharsets.UTF_8));
            assertThat(status(http.get("/"))).isEqualTo(200);
            SlowClients sweeper = http.server.slowClients();
            while (sweeper.sweep(start) != 1) Thread.onSpinWait(); // until what it sent is there, and the others are done
            sweeper.sweep(start + SlowClients.HEADER_NANOS);
            slow.getOutputStream().write("X-More: y\r\n".getBytes(StandardCharsets.UTF_8)); // still allowed
            sweeper.sweep(start + SlowClients.HEADER_NANOS + 1);
            assertThat(cut(slow)).isTrue();
            resting.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            assertThat(new String(resting.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).as("who rests between requests stays").contains("HTTP/1.1 200 ");
        }
    }

    private static boolean cut(Socket socket) throws java.io.IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (java.net.SocketException reset) {
            return true;
        }
    }

    @Test
    void a_body_that_dribbles_is_408() throws Exception {
        var clock = new java.util.concurrent.atomic.AtomicLong();
        Set<Thread> reading = ConcurrentHashMap.newKeySet();
        Semaphore begun = new Semaphore(0);
        http.server.nanos = () -> {
            long now = clock.get();
            if (reading.remove(Thread.currentThread())) begun.release();
            return now;
        };
        http.route("/upload", exchange -> {
            reading.add(Thread.currentThread());
            exchange.respond(200, String.valueOf(exchange.body().length));
        });
        for (boolean tooSlow : new boolean[] {false, true}) {
            clock.set(0);
            try (Socket slow = http.connect()) {
                slow.getOutputStream().write("POST /upload HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4\r\n\r\na".getBytes(StandardCharsets.UTF_8));
                assertThat(begun.tryAcquire(5, TimeUnit.SECONDS)).isTrue();
                assertThat(status(http.get("/"))).isEqualTo(200);
                clock.set(SlowClients.BODY_GRACE_NANOS + (tooSlow ? TimeUnit.SECONDS.toNanos(1) : 0));
                slow.getOutputStream().write("bcd".getBytes(StandardCharsets.UTF_8));
                assertThat(new String(slow.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                        .startsWith(tooSlow ? "HTTP/1.1 408 " : "HTTP/1.1 200 ")
                        .endsWith(tooSlow ? "request body did not arrive" : "4");
            }
        }
    }

    @Test
    void the_pace_of_a_body_counts_after_a_while_only() {
        long grace = SlowClients.BODY_GRACE_NANOS;
        long second = TimeUnit.SECONDS.toNanos(1);
        assertThat(SlowClients.isSlow(0, 5, 5 + grace)).isFalse();
        assertThat(SlowClients.isSlow(0, 5, 5 + grace + 1)).isTrue();
        assertThat(SlowClients.isSlow(10 * SlowClients.BODY_BYTES_PER_SECOND, 5, 5 + grace + 10 * second)).isFalse();
        assertThat(SlowClients.isSlow(10 * SlowClients.BODY_BYTES_PER_SECOND - 1, 5, 5 + grace + 10 * second)).isTrue();
    }

    @Test
    void a_client_that_goes_in_the_middle_of_its_body_is_told_to_the_route_as_such() throws Exception {
        BlockingQueue<Throwable> seen = new LinkedBlockingQueue<>();
        CountDownLatch begun = new CountDownLatch(1);
        http.route("/upload", exchange -> {
            begun.countDown();
            try {
                exchange.body();
            } catch (Exception e) {
                seen.add(e);
                throw e;
            }
        });
        Socket client = http.connect();
        client.getOutputStream().write("POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nab".getBytes(StandardCharsets.UTF_8));
        assertThat(begun.await(5, TimeUnit.SECONDS)).isTrue();
        client.close();
        assertThat(seen.poll(10, TimeUnit.SECONDS)).isInstanceOf(JettyExchange.ClientGoneException.class);
        assertThat(status(http.get("/"))).isEqualTo(200);
    }

    @Test
    void a_port_that_is_taken_is_named() {
        assertThatThrownBy(() -> new TestServer(http.port, null)).hasMessageContaining("port " + http.port).hasMessageContaining("bind_addresses");
    }
}
