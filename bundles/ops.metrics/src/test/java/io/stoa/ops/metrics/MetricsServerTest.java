package io.stoa.ops.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.auth.Secrets;
import io.stoa.metrics.Metric;
import io.stoa.metrics.MetricSource;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The port of metrics, asked as Prometheus does. */
class MetricsServerTest {
    private record Config(int prometheusPort, String prometheusUsername, String[] bindAddresses) implements MetricsConfig {
        @Override
        public Class<? extends Annotation> annotationType() {
            return MetricsConfig.class;
        }
    }

    private static final MetricSource ROOMS = () -> List.of(Metric.gauge("livekit_room_total", "Rooms.", Map.of(), 3));

    private static final Secrets NO_PASSWORD = key -> "";

    private final HttpClient client = HttpClient.newHttpClient();
    private MetricsServer server;

    @AfterEach
    void close() {
        if (server != null) server.stop();
        client.shutdownNow();
    }

    /** A port that was free a moment ago. */
    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void start(Secrets secrets, MetricSource... sources) throws IOException {
        server = new MetricsServer((BundleSource) null, new Config(freePort(), "a", new String[] {"127.0.0.1"}));
        server.secrets = secrets;
        server.others = List.of(sources);
    }

    private HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
        if (headers.length > 0) request.headers(headers);
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void every_source_is_asked() throws Exception {
        start(NO_PASSWORD, ROOMS, () -> List.of(Metric.counter("stoa_x_total", "X.", Map.of("a", "b"), 1)));
        HttpResponse<String> answer = get("/metrics");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("text/plain; version=0.0.4; charset=utf-8");
        assertThat(answer.body()).contains(
                "# TYPE livekit_room_total gauge\nlivekit_room_total{node_id=\"\",node_type=\"SERVER\"} 3\n",
                "stoa_x_total{a=\"b\",node_id=\"\",node_type=\"SERVER\"} 1\n",
                "process_start_time_seconds ",
                "process_cpu_seconds_total ",
                "jvm_memory_used_bytes{area=\"heap\"} ");
        assertThat(get("/").body()).as("every path, as with LiveKit").contains("livekit_room_total");
        assertThat(answer.body().lines().filter(line -> !line.startsWith("#"))).allMatch(line -> line.matches("[a-z_]+(\\{.*})? [-+0-9.eEInfNa]+"));
    }

    @Test
    void a_source_that_fails_is_left_out() throws Exception {
        start(NO_PASSWORD, () -> {
            throw new IllegalStateException("broken");
        }, ROOMS);
        assertThat(get("/metrics").body()).contains("livekit_room_total", "stoa_metric_sources_failing{node_id=\"\",node_type=\"SERVER\"} 1");
    }

    @Test
    void who_may_not_read_is_asked_for_a_password() throws Exception {
        start(key -> key.equals("prometheus.password") ? "b" : "", ROOMS);
        HttpResponse<String> refused = get("/metrics");
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.body()).isEmpty();
        assertThat(refused.headers().firstValue("WWW-Authenticate")).contains("Basic realm=\"Protected Area\"");
        assertThat(get("/metrics", "Authorization", "Basic YTpi").statusCode()).isEqualTo(200);
    }

    @Test
    void while_nobody_says_who_may_read_nobody_may() throws Exception {
        start(null, ROOMS);
        assertThat(get("/metrics").statusCode()).isEqualTo(503);
    }

    @Test
    void more_than_a_few_at_a_time_are_sent_away() throws Exception {
        CountDownLatch asked = new CountDownLatch(2);
        CountDownLatch allowed = new CountDownLatch(1);
        start(NO_PASSWORD, () -> {
            asked.countDown();
            try {
                allowed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return List.of();
        });
        URI url = URI.create("http://127.0.0.1:" + server.port() + "/metrics");
        var first = client.sendAsync(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.ofString());
        var second = client.sendAsync(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.ofString());
        asked.await();
        assertThat(get("/metrics").statusCode()).isEqualTo(503);
        allowed.countDown();
        assertThat(first.join().statusCode()).isEqualTo(200);
        assertThat(second.join().statusCode()).isEqualTo(200);
    }

    @Test
    void a_port_that_is_taken_is_named_with_its_key() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThatThrownBy(() -> new MetricsServer((BundleSource) null, new Config(taken.getLocalPort(), "a", new String[] {"127.0.0.1"})))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("prometheus.port")
                    .hasMessageContaining(Integer.toString(taken.getLocalPort()));
        }
    }

    @Test
    void without_a_port_nothing_listens_and_nothing_fails() throws IOException {
        server = new MetricsServer((BundleSource) null, new Config(0, "", new String[0]));
        assertThatThrownBy(server::port).isInstanceOf(java.util.NoSuchElementException.class);
    }
}
