package io.stoa.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.room.ListeningSockets;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One server after the other on the same port. */
@Timeout(30)
class SuccessionTest {
    private static final String REQUEST = "GET /rtc HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    private final Map<String, ListeningSockets.Kept> kept = new HashMap<>();
    private final ListeningSockets keeper = new ListeningSockets() {
        @Override
        public void keep(String address, Kept one) {
            kept.put(address, one);
        }

        @Override
        public Optional<Kept> take(String address) {
            return Optional.ofNullable(kept.remove(address));
        }
    };

    @Test
    void who_comes_between_two_servers_is_answered_by_the_second() throws Exception {
        int port = TestServer.freePort();
        TestServer first = new TestServer(port, keeper);
        first.route("/rtc", exchange -> exchange.respond(200, "first"));
        assertThat(first.get("/rtc")).endsWith("first");
        first.close();
        assertThat(kept.get("127.0.0.1:" + port).paths()).containsExactly("/rtc");

        try (Socket between = first.connect()) {
            between.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
            try (TestServer second = new TestServer(port, keeper)) {
                assertThat(kept).isEmpty();
                Thread.sleep(100); // the request is there before who answers it
                second.route("/rtc", exchange -> exchange.respond(200, "second"));
                assertThat(new String(between.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).endsWith("second");
            }
        }
        kept.values().iterator().next().socket().close();
    }

    @Test
    void without_a_keeper_the_port_is_closed_with_the_server() throws Exception {
        TestServer alone = new TestServer();
        alone.close();
        assertThatThrownBy(alone::connect).isInstanceOf(ConnectException.class);
        new TestServer(alone.port, null).close();
    }

    @Test
    void a_server_leaves_nothing_on_another_ones_address() throws Exception {
        try (TestServer first = new TestServer(TestServer.freePort(), keeper)) {
            first.close();
            try (TestServer second = new TestServer(TestServer.freePort(), keeper)) {
                assertThat(second.get("/")).endsWith("OK");
                assertThat(kept).containsOnlyKeys("127.0.0.1:" + first.port);
            }
        }
        for (ListeningSockets.Kept one : kept.values()) one.socket().close();
    }
}
