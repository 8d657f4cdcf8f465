package io.stoa.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.http.WebSocketPeer.Outcome;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** WebSockets frame by frame (RFC 6455), by a client that may break every rule. */
@Timeout(30)
class WebSocketTest {
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final int FIN = 0x80;
    private static final String UPGRADE =
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final BlockingQueue<WebSocketPeer> peers = new LinkedBlockingQueue<>();
    private TestServer http;

    @BeforeEach
    void open() throws Exception {
        http = new TestServer();
        http.route("/ws", exchange -> {
            if (!exchange.isWebSocket()) exchange.respond(404, "");
            else exchange.upgrade(new Listener(), 1_000);
        });
    }

    @AfterEach
    void close() throws Exception {
        http.close();
    }

    private final class Listener implements WebSocketListener {
        @Override
        public void opened(WebSocketPeer peer) {
            peers.add(peer);
        }

        @Override
        public void binary(byte[] message) {
            heard.add("binary " + message.length);
        }

        @Override
        public void text(String message) {
            heard.add("text " + message);
        }

        @Override
        public void closed(int code, String reason) {
            heard.add("closed " + code);
        }
    }

    private String hears() throws InterruptedException {
        return heard.poll(10, TimeUnit.SECONDS);
    }

    private record Frame(int opcode, byte[] payload) {
        int closeCode() {
            return ByteBuffer.wrap(payload).getShort() & 0xffff;
        }
    }

    /** A client after the handshake. */
    private final class Client implements AutoCloseable {
        private final Socket socket = http.connect();
        private final DataInputStream in = new DataInputStream(socket.getInputStream());
        private final String handshake;

        Client(String more) throws IOException {
            socket.getOutputStream().write(("GET /ws HTTP/1.1\r\nHost: x\r\n" + UPGRADE + more + "\r\n").getBytes(StandardCharsets.UTF_8));
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) head.append((char) in.readUnsignedByte());
            handshake = head.toString();
        }

        void says(int first, byte[] payload) throws IOException {
            ByteBuffer frame = ByteBuffer.allocate(payload.length + 14).put((byte) first);
            if (payload.length < 126) frame.put((byte) (0x80 | payload.length));
            else frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
            frame.putInt(0).put(payload); // masked with zeros
            socket.getOutputStream().write(frame.array(), 0, frame.position());
        }

        Frame hears() throws IOException {
            int opcode = in.readUnsignedByte() & 0x0f;
            int length = in.readUnsignedByte();
            if (length == 126) length = in.readUnsignedShort();
            else if (length == 127) length = (int) in.readLong();
            byte[] payload = new byte[length];
            in.readFully(payload);
            return new Frame(opcode, payload);
        }

        boolean isCut() throws IOException {
            try {
                return in.read() < 0;
            } catch (EOFException | SocketException e) {
                return true;
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void a_handshake_is_accepted_and_nothing_is_compressed() throws Exception {
        try (Client client = new Client("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n")) {
            assertThat(client.handshake)
                    .startsWith("HTTP/1.1 101 ")
                    .contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
                    .doesNotContainIgnoringCase("Sec-WebSocket-Extensions");
        }
    }

    @ParameterizedTest
    @CsvSource({"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==,400", "Sec-WebSocket-Version: 13,400", "Upgrade: websocket,404"})
    void a_handshake_without_a_part_is_refused(String missing, int status) throws Exception {
        assertThat(http.ask("GET /ws", UPGRADE.replace("Connection: Upgrade\r\n", "").replace(missing + "\r\n", ""), "")).startsWith("HTTP/1.1 " + status + " ");
    }

    @Test
    void other_versions_and_other_methods_are_refused() throws Exception {
        assertThat(http.ask("GET /ws", UPGRADE.replace("13", "99"), "")).startsWith("HTTP/1.1 400 ");
        assertThat(http.ask("POST /ws", UPGRADE, "")).startsWith("HTTP/1.1 400 ");
        assertThat(heard).isEmpty();
    }

    @Test
    void messages_in_both_directions_fragments_pings_and_an_orderly_end() throws Exception {
        try (Client client = new Client("")) {
            WebSocketPeer peer = peers.poll(10, TimeUnit.SECONDS);
            client.says(FIN | TEXT, bytes("grüß"));
            client.says(BINARY, new byte[300]);
            client.says(FIN | PING, bytes("in between"));
            client.says(FIN, new byte[400]);
            assertThat(hears()).isEqualTo("text grüß");
            assertThat(hears()).isEqualTo("binary 700");
            Frame pong = client.hears();
            assertThat(pong.opcode).isEqualTo(PONG);
            assertThat(pong.payload).isEqualTo(bytes("in between"));
            assertThat(peer.send(new byte[] {7})).isEqualTo(Outcome.QUEUED);
            assertThat(peer.send("t")).isEqualTo(Outcome.QUEUED);
            peer.ping();
            peer.close(1000, "bye");
            assertThat(peer.send("late")).isEqualTo(Outcome.CLOSED);
            assertThat(client.hears().payload).isEqualTo(new byte[] {7});
            assertThat(client.hears().payload).isEqualTo(bytes("t"));
            assertThat(client.hears().opcode).isEqualTo(PING);
            Frame end = client.hears();
            assertThat(end.opcode).isEqualTo(CLOSE);
            assertThat(end.closeCode()).isEqualTo(1000);
            client.says(FIN | CLOSE, end.payload);
            assertThat(hears()).isEqualTo("closed 1000");
        }
        assertThat(heard).isEmpty();
    }

    @Test
    void what_goes_out_may_be_longer_than_what_may_come_in() throws Exception {
        try (Client client = new Client("")) {
            assertThat(peers.poll(10, TimeUnit.SECONDS).send(new byte[5_000])).isEqualTo(Outcome.QUEUED);
            int length = 0;
            while (length < 5_000) length += client.hears().payload.length;
            assertThat(length).isEqualTo(5_000);
        }
    }

    @Test
    void a_reason_too_long_for_a_close_frame_is_cut_and_the_socket_closes() throws Exception {
        try (Client client = new Client("")) {
            peers.poll(10, TimeUnit.SECONDS).close(1008, "é".repeat(200));
            Frame end = client.hears();
            assertThat(end.opcode).isEqualTo(CLOSE);
            assertThat(end.closeCode()).isEqualTo(1008);
            assertThat(end.payload.length).isLessThanOrEqualTo(125);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {FIN | 0x40 | TEXT, FIN | 3, FIN | 11, PING, FIN})
    void a_breach_of_the_protocol_closes_with_1002(int first) throws Exception {
        try (Client client = new Client("")) {
            client.says(first, bytes("x"));
            assertThat(client.hears().closeCode()).isEqualTo(1002);
            assertThat(hears()).startsWith("closed ");
        }
        assertThat(heard).isEmpty();
    }

    @Test
    void an_unmasked_frame_closes_with_1002() throws Exception {
        try (Client client = new Client("")) {
            client.socket.getOutputStream().write(new byte[] {(byte) (FIN | TEXT), 1, 'x'});
            assertThat(client.hears().closeCode()).isEqualTo(1002);
            assertThat(hears()).startsWith("closed ");
        }
    }

    @Test
    void text_that_is_no_utf8_closes_with_1007_and_too_much_with_1009() throws Exception {
        try (Client client = new Client("")) {
            client.says(FIN | TEXT, new byte[] {(byte) 0xc3, 0x28});
            assertThat(client.hears().closeCode()).isEqualTo(1007);
            assertThat(hears()).startsWith("closed ");
        }
        try (Client client = new Client("")) {
            client.says(FIN | BINARY, new byte[1_000]);
            assertThat(hears()).isEqualTo("binary 1000");
            client.says(BINARY, new byte[600]);
            client.says(FIN, new byte[600]);
            assertThat(client.hears().closeCode()).isEqualTo(1009);
            assertThat(hears()).startsWith("closed ");
        }
        assertThat(heard).isEmpty();
    }

    @Test
    void a_client_that_vanishes_is_told_once() throws Exception {
        Client client = new Client("");
        peers.poll(10, TimeUnit.SECONDS);
        client.close();
        assertThat(hears()).isEqualTo("closed 1006");
        assertThat(heard).isEmpty();
    }

    @Test
    void a_client_that_does_not_read_is_cut_off_and_the_sender_is_told() throws Exception {
        try (Client client = new Client("")) {
            WebSocketPeer peer = peers.poll(10, TimeUnit.SECONDS);
            byte[] megabyte = new byte[1 << 20];
            int sent = 0;
            Outcome last;
            while ((last = peer.send(megabyte)) == Outcome.QUEUED) assertThat(++sent).isLessThan(100);
            assertThat(last).isEqualTo(Outcome.OVERRUN);
            assertThat(sent).as("the queue and what the sockets hold").isGreaterThanOrEqualTo(32);
            assertThat(hears()).startsWith("closed ");
            assertThat(peer.send("late")).isEqualTo(Outcome.CLOSED);
            client.socket.setSoTimeout(10_000);
            while (!client.isCut()) {}
        }
        assertThat(heard).isEmpty();
    }
}
