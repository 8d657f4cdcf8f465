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
        http.route("/quick", exchange -> exchange.upgrade(
                new Listener() {
                    @Override
                    public boolean returnsAtOnce() {
                        return true;
                    }

                    @Override
                    public void binary(byte[] message) {
                        heard.add(Thread.currentThread().isVirtual() + " " + message.length);
                        peers.element().send(message);
                    }
                },
                100_000));
    }

    @AfterEach
    void close() throws Exception {
        http.close();
    }

    private class Listener implements WebSocketListener {
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
            this("/ws", more);
        }

        Client(String path, String more) throws IOException {
            socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: x\r\n" + UPGRADE + more + "\r\n").getBytes(StandardCharsets.UTF_8));
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

    /** What the server says to a handshake, which may be anything. */
    private String knock(String requestLine, String headers) throws IOException {
        try (Socket socket = http.connect()) {
            socket.getOutputStream().write((requestLine + "\r\nHost: x\r\n" + headers + "\r\n").getBytes(StandardCharsets.UTF_8));
            DataInputStream in = new DataInputStream(socket.getInputStream());
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) head.append((char) in.readUnsignedByte());
            return head.toString();
        }
    }

    @ParameterizedTest
    @CsvSource({"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==,400", "Sec-WebSocket-Version: 13,400", "Upgrade: websocket,404", "Connection: Upgrade,400"})
    void a_handshake_without_a_part_is_refused(String missing, int status) throws Exception {
        assertThat(knock("GET /ws HTTP/1.1", UPGRADE.replace(missing + "\r\n", ""))).startsWith("HTTP/1.1 " + status + " ");
        assertThat(heard).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc", "!!!!!!!!!!!!!!!!!!!!!!!!", "eHh4eHh4eHh4eHh4eHh4", "eHh4eHh4eHh4eHh4eHh4eHg=", "", "dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="})
    void a_key_is_sixteen_bytes_once(String key) throws Exception {
        assertThat(knock("GET /ws HTTP/1.1", UPGRADE.replace("dGhlIHNhbXBsZSBub25jZQ==", key))).startsWith("HTTP/1.1 400 ");
        assertThat(peers).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"99", "8", "7, 8, 13", "x", ""})
    void other_versions_are_told_ours(String version) throws Exception {
        assertThat(knock("GET /ws HTTP/1.1", UPGRADE.replace("Version: 13", "Version: " + version))).startsWith("HTTP/1.1 400 ").contains("Sec-WebSocket-Version: 13\r\n");
        assertThat(peers).isEmpty();
    }

    @Test
    void a_choice_of_protocols_is_not_offered() throws Exception {
        assertThat(knock("GET /ws HTTP/1.1", UPGRADE.replace("Upgrade: websocket", "Upgrade: h2c, websocket"))).startsWith("HTTP/1.1 400 ");
        assertThat(peers).isEmpty();
    }

    @Test
    void only_get_of_http_1_1_opens() throws Exception {
        assertThat(knock("POST /ws HTTP/1.1", UPGRADE)).startsWith("HTTP/1.1 405 ");
        assertThat(knock("GET /ws HTTP/1.0", UPGRADE)).startsWith("HTTP/1.1 400 ");
        assertThat(peers).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Connection: keep-alive, UPGRADE", "Connection: upgrade", "Upgrade: WebSocket"})
    void names_are_read_in_lists_and_in_any_case(String header) throws Exception {
        String name = header.substring(0, header.indexOf(':') + 1);
        String handshake = UPGRADE.lines().map(line -> (line.startsWith(name) ? header : line) + "\r\n").reduce("", String::concat);
        assertThat(knock("GET /ws HTTP/1.1", handshake)).startsWith("HTTP/1.1 101 ");
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
    @ValueSource(ints = {
        FIN | 0x40 | TEXT, FIN | 0x20 | TEXT, FIN | 0x10 | BINARY, 0x40 | BINARY, FIN | 0x40 | PING, FIN | 3, FIN | 7, FIN | 11, FIN | 15, PING, PONG, CLOSE, FIN, 0, FIN | CLOSE
    })
    void a_breach_of_the_protocol_closes_with_1002(int first) throws Exception {
        try (Client client = new Client("")) {
            client.says(first, bytes("x"));
            assertThat(client.hears().closeCode()).isEqualTo(1002);
            assertThat(hears()).startsWith("closed ");
        }
        assertThat(heard).isEmpty();
    }

    @Test
    void messages_are_not_mixed() throws Exception {
        try (Client client = new Client("")) {
            client.says(BINARY, bytes("x"));
            client.says(FIN | BINARY, bytes("y"));
            assertThat(client.hears().closeCode()).isEqualTo(1002);
            assertThat(hears()).startsWith("closed ");
        }
        assertThat(heard).isEmpty();
    }

    @Test
    void control_frames_are_short() throws Exception {
        try (Client client = new Client("")) {
            client.says(FIN | PING, new byte[125]);
            assertThat(client.hears().payload).hasSize(125);
            client.says(FIN | PONG, new byte[125]);
            client.says(FIN | PING, new byte[126]);
            assertThat(client.hears().closeCode()).isEqualTo(1002);
            assertThat(hears()).startsWith("closed ");
        }
        assertThat(heard).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "0,1002", "999,1002", "1000,1000", "1001,1001", "1003,1003", "1004,1002", "1005,1002", "1006,1002", "1007,1007", "1011,1011", "1015,1002", "1016,1002", "2999,1002",
        "3000,3000", "4999,4999", "5000,1002", "65535,1002"
    })
    void close_codes_that_may_be_sent_are_echoed_and_others_are_a_breach(int code, int answer) throws Exception {
        try (Client client = new Client("")) {
            client.says(FIN | CLOSE, new byte[] {(byte) (code >> 8), (byte) code});
            assertThat(client.hears().closeCode()).isEqualTo(answer);
            assertThat(client.isCut()).isTrue();
            assertThat(hears()).startsWith("closed ");
        }
    }

    @Test
    void a_reason_that_is_no_utf8_is_not_taken() throws Exception {
        try (Client client = new Client("")) {
            client.says(FIN | CLOSE, new byte[] {3, (byte) 0xe8, (byte) 0xff});
            assertThat(client.hears().closeCode()).isEqualTo(1007);
            assertThat(hears()).startsWith("closed ");
        }
    }

    @Test
    void nothing_is_heard_after_a_close() throws Exception {
        try (Client client = new Client("")) {
            client.says(FIN | CLOSE, new byte[] {3, (byte) 0xe8});
            client.says(FIN | TEXT, bytes("late"));
            assertThat(client.hears().closeCode()).isEqualTo(1000);
            assertThat(hears()).isEqualTo("closed 1000");
        }
        assertThat(heard).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1L << 31, 1L << 40, 1L << 62, Long.MIN_VALUE})
    void a_frame_that_announces_too_much_is_not_waited_for(long length) throws Exception {
        try (Client client = new Client("")) {
            client.socket.getOutputStream().write(ByteBuffer.allocate(14).put((byte) (FIN | BINARY)).put((byte) 0xff).putLong(length).array());
            assertThat(client.hears().closeCode()).isEqualTo(1009);
            assertThat(hears()).startsWith("closed ");
        }
        assertThat(heard).isEmpty();
    }

    @Test
    void who_floods_with_pings_and_does_not_listen_is_not_listened_to_for_long() throws Exception {
        try (Client client = new Client("")) {
            byte[] pings = new byte[131 * 1_000];
            for (int i = 0; i < 1_000; i++) {
                pings[131 * i] = (byte) (FIN | PING);
                pings[131 * i + 1] = (byte) (0x80 | 125);
            }
            long most = 64 << 20;
            var sent = new java.util.concurrent.atomic.AtomicLong();
            Thread flood = Thread.ofVirtual().start(() -> {
                try {
                    while (sent.get() < most) {
                        client.socket.getOutputStream().write(pings);
                        sent.addAndGet(pings.length);
                    }
                } catch (IOException cut) {
                    sent.addAndGet(0);
                }
            });
            flood.join(3_000);
            assertThat(sent.get()).as("what the sockets of both sides hold").isLessThan(most);
            assertThat(http.get("/nothing")).as("others meanwhile").startsWith("HTTP/1.1 404 ");
        }
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
            client.says(TEXT, new byte[] {'g', 'r', (byte) 0xc3});
            client.says(FIN, new byte[] {(byte) 0xbc, (byte) 0xc3, (byte) 0x9f});
            assertThat(hears()).as("a character may be cut").isEqualTo("text grüß");
            client.says(FIN | TEXT, new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80});
            assertThat(client.hears().closeCode()).as("half a surrogate").isEqualTo(1007);
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

    @Test
    void who_never_waits_is_called_by_whoever_reads() throws Exception {
        try (Client client = new Client("/quick", "")) {
            boolean virtual = true; // whoever has made the connection may find the first ones
            for (int length = 60_000; virtual && length < 61_000; length++) {
                client.says(0x82, new byte[length]);
                String said = hears();
                assertThat(said).isIn("true " + length, "false " + length);
                assertThat(client.hears().payload()).hasSize(length);
                virtual = said.startsWith("true");
            }
            assertThat(virtual).isFalse();
            client.says(0x88, new byte[] {3, (byte) 0xe8});
            assertThat(hears()).isEqualTo("closed 1000");
        }
    }
}
