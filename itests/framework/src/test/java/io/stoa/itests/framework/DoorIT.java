package io.stoa.itests.framework;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever knocks while the bundles that open are replaced waits, and is answered. */
@ExtendWith(InsideServer.class)
class DoorIT {
    private static final int TIMES = 10;
    private static final String ANSWERED = "HTTP/1.1 401";
    private static final String QUESTION = "GET /rtc/validate HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    private final Server server;

    DoorIT(Server server) {
        this.server = server;
    }

    @AfterEach
    void restore() {
        server.startAll();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "edge.rtc"})
    void nobody_is_refused_and_nobody_hears_that_there_is_nothing(String part) throws Exception {
        Map<String, Integer> answers = new ConcurrentSkipListMap<>();
        AtomicBoolean running = new AtomicBoolean(true);
        Thread knocking = Thread.ofPlatform().daemon().start(() -> {
            while (running.get()) answers.merge(knock(), 1, Integer::sum);
        });
        for (int i = 0; i < TIMES; i++) {
            int before = answers.getOrDefault(ANSWERED, 0);
            server.stop(part);
            server.start(part);
            Server.await("the part is back", () -> server.running().contains("edge.rtc"));
            Server.await("somebody is answered", () -> answers.getOrDefault(ANSWERED, 0) > before);
        }
        running.set(false);
        knocking.join();
        answers.remove("cut off"); // it was in the house when the house was replaced
        assertThat(answers.keySet()).containsExactly(ANSWERED);
    }

    private String knock() {
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.getOutputStream().write(QUESTION.getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return answer.length() < 12 ? "cut off" : answer.substring(0, 12);
        } catch (ConnectException e) {
            return "refused";
        } catch (IOException e) {
            return "cut off";
        }
    }
}
