package io.stoa.turn.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.ssl.SslContext;
import io.stoa.auth.KeyProvider;
import io.stoa.base.TransportAddress;
import io.stoa.ice.StunView;
import io.stoa.ice.StunWriter;
import io.stoa.media.NodeAddresses;
import io.stoa.protocol.livekit.ICEServer;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server on its sockets, on loopback. */
class NettyTurnServerTest {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    private final Map<String, Object> values = new HashMap<>(Map.of("enabled", true, "bindAddresses", new String[] {"127.0.0.1"},
            "allowRestrictedPeerCidrs", new String[] {"127.0.0.0/8"}, "relayRangeStart", 42_000, "relayRangeEnd", 42_099));
    private InetAddress reachedBy = LOOPBACK;
    private NettyTurnServer server;

    @AfterEach
    void close() {
        if (server != null) server.close();
        server = null;
    }

    private NettyTurnServer start() throws IOException {
        server = new NettyTurnServer(config(), machine());
        server.keys = new KeyProvider() {
            @Override
            public Optional<String> secret(String apiKey) {
                return apiKey.equals("devkey") ? Optional.of("secret") : Optional.empty();
            }

            @Override
            public Optional<String> firstKey() {
                return Optional.of("devkey");
            }
        };
        return server;
    }

    private NodeAddresses machine() {
        return new NodeAddresses() {
            @Override
            public List<NodeAddress> all() {
                return List.of(new NodeAddress(LOOPBACK, List.of(reachedBy)));
            }

            @Override
            public InetAddress primary() {
                return reachedBy;
            }

            @Override
            public Optional<InetAddress> primary(boolean ipv4) {
                return Optional.of(reachedBy).filter(address -> address instanceof Inet4Address == ipv4);
            }
        };
    }

    private TurnConfig config() {
        Map<String, Object> now = Map.copyOf(values);
        return (TurnConfig) Proxy.newProxyInstance(TurnConfig.class.getClassLoader(), new Class<?>[] {TurnConfig.class},
                (self, method, arguments) -> now.getOrDefault(method.getName(), method.getDefaultValue()));
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, LOOPBACK)) {
            return socket.getLocalPort();
        }
    }

    /** One client, over whatever carries its messages. */
    private abstract static class Client implements AutoCloseable {
        private final ICEServer told;
        private String nonce;

        Client(ICEServer told) {
            this.told = told;
        }

        abstract void send(byte[] bytes) throws IOException;

        abstract byte[] receive() throws IOException;

        private StunWriter request(int method) {
            return new StunWriter(StunView.type(method, StunView.REQUEST), new byte[12]);
        }

        private byte[] ask(StunWriter request) throws Exception {
            String password = told.getUsername() + ":livekit:" + told.getCredential();
            byte[] key = MessageDigest.getInstance("MD5").digest(password.getBytes(StandardCharsets.UTF_8));
            send(request.text(0x0006, told.getUsername()).text(0x0014, "livekit").text(0x0015, nonce).integrity(key).toBytes());
            return receive();
        }

        private TransportAddress allocate() throws Exception {
            send(request(3).u32(0x0019, 17 << 24).toBytes());
            byte[] challenge = receive();
            StunView view = view(challenge);
            assertThat(error(challenge)).isEqualTo(401);
            nonce = new String(view.copy(view.find(0x0015)), StandardCharsets.UTF_8);
            StunView answer = view(ask(request(3).u32(0x0019, 17 << 24)));
            return answer.xorAddress(answer.find(0x0016));
        }

        private int bind(int channel, int peersPort) throws Exception {
            return error(ask(request(9).u32(0x000c, (long) channel << 16).xorAddress(0x0012, TransportAddress.of("127.0.0.1", peersPort))));
        }

        private static StunView view(byte[] message) {
            StunView view = new StunView();
            assertThat(view.look(message, 0, message.length)).isTrue();
            return view;
        }

        private static int error(byte[] message) {
            int at = view(message).find(0x0009);
            return at < 0 ? 0 : message[at + 6] * 100 + message[at + 7];
        }
    }

    private static Client overUdp(ICEServer told, int port) throws IOException {
        DatagramSocket socket = new DatagramSocket(0, LOOPBACK);
        socket.setSoTimeout(10_000);
        socket.connect(LOOPBACK, port);
        return new Client(told) {
            @Override
            void send(byte[] bytes) throws IOException {
                socket.send(new DatagramPacket(bytes, bytes.length));
            }

            @Override
            byte[] receive() throws IOException {
                DatagramPacket packet = new DatagramPacket(new byte[2_048], 2_048);
                socket.receive(packet);
                return Arrays.copyOf(packet.getData(), packet.getLength());
            }

            @Override
            public void close() {
                socket.close();
            }
        };
    }

    private static Client overTcp(ICEServer told, int port) throws IOException {
        return overStream(told, new Socket(LOOPBACK, port));
    }

    private static Client overStream(ICEServer told, Socket socket) throws IOException {
        socket.setSoTimeout(10_000);
        DataInputStream in = new DataInputStream(socket.getInputStream());
        return new Client(told) {
            @Override
            void send(byte[] bytes) throws IOException {
                byte[] padded = Arrays.copyOf(bytes, bytes.length + 3 & ~3);
                for (byte one : padded) { // in the smallest pieces
                    socket.getOutputStream().write(one);
                }
            }

            @Override
            byte[] receive() throws IOException {
                byte[] header = in.readNBytes(4);
                int size = (header[2] & 0xff) << 8 | header[3] & 0xff;
                byte[] frame = Arrays.copyOf(header, (header[0] & 0xc0) == 0 ? 20 + size : 4 + size + 3 & ~3);
                in.readFully(frame, 4, frame.length - 4);
                return frame;
            }

            @Override
            public void close() throws IOException {
                socket.close();
            }
        };
    }

    private ICEServer told() {
        return server.of("PA_ann").getFirst();
    }

    private static DatagramSocket peer() throws IOException {
        DatagramSocket peer = new DatagramSocket(0, LOOPBACK);
        peer.setSoTimeout(10_000);
        return peer;
    }

    /** From the client to a peer and back. */
    private static void relays(Client client) throws Exception {
        TransportAddress relayed = client.allocate();
        assertThat(relayed.port()).isBetween(42_000, 42_099);
        try (DatagramSocket peer = peer()) {
            assertThat(client.bind(0x4000, peer.getLocalPort())).isZero();
            client.send(new byte[] {0x40, 0, 0, 5, 'h', 'e', 'l', 'l', 'o'});
            DatagramPacket heard = new DatagramPacket(new byte[100], 100);
            peer.receive(heard);
            assertThat(new String(heard.getData(), 0, heard.getLength(), StandardCharsets.UTF_8)).isEqualTo("hello");
            assertThat(heard.getSocketAddress()).as("where it came from").isEqualTo(relayed.socketAddress());
            peer.send(new DatagramPacket("hi".getBytes(StandardCharsets.UTF_8), 2, relayed.socketAddress()));
            assertThat(client.receive()).startsWith(0x40, 0, 0, 2, 'h', 'i');
        }
    }

    @Test
    void udp_is_relayed_for_clients_over_udp() throws Exception {
        int port = freePort();
        values.put("udpPort", port);
        start();
        assertThat(told().getUrlsList()).containsExactly("turn:127.0.0.1:" + port + "?transport=udp");
        try (Client client = overUdp(told(), port)) {
            relays(client);
        }
    }

    @Test
    void udp_is_relayed_for_clients_over_tcp_behind_somebody_elses_tls_and_ends_with_the_connection() throws Exception {
        int port = freePort();
        values.putAll(Map.of("tlsPort", port, "externalTls", true, "domain", "turn.example.com", "relayRangeEnd", 42_000));
        start();
        assertThat(told().getUrlsList()).containsExactly("turns:turn.example.com:443?transport=tcp");
        for (int i = 0; i < 3; i++) // the one port of the range is free again each time
            try (Client client = overTcp(told(), port)) {
                relays(client);
            }
    }

    @Test
    void over_tls_with_any_form_of_key_and_with_what_was_renewed_since(@TempDir Path folder) throws Exception {
        int port = freePort();
        TestCertificate first = TestCertificate.make("first");
        first.write(folder, true);
        values.putAll(Map.of("tlsPort", port, "domain", "localhost", "certFile", folder.resolve("cert.pem").toString(), "keyFile", folder.resolve("key.pem").toString()));
        start();
        try (Client client = overStream(told(), first.connect(LOOPBACK, port))) {
            relays(client);
        }

        TestCertificate second = TestCertificate.make("second");
        ServerCertificate files = new ServerCertificate(folder.resolve("cert.pem").toString(), folder.resolve("key.pem").toString(), 0);
        SslContext before = files.context(1);
        Files.setLastModifiedTime(second.write(folder, false), FileTime.fromMillis(1));
        assertThat(files.context(9_000_000_000L)).as("not every time").isSameAs(before);
        SslContext after = files.context(10_000_000_000L);
        assertThat(after).isNotSameAs(before);
        Files.writeString(folder.resolve("key.pem"), "half of a key");
        assertThat(files.context(20_000_000_000L)).as("what cannot be used").isSameAs(after);
    }

    @Test
    void clients_are_told_and_relayed_by_the_address_by_which_others_reach_media() throws Exception {
        int port = freePort();
        values.put("udpPort", port);
        reachedBy = InetAddress.ofLiteral("192.0.2.7");
        start();
        assertThat(told().getUrlsList()).containsExactly("turn:192.0.2.7:" + port + "?transport=udp");
        try (Client client = overUdp(told(), port)) {
            assertThat(client.allocate().address()).isEqualTo(reachedBy);
        }
    }

    @Test
    void what_is_relayed_comes_from_the_address_that_peers_are_told_also_to_the_loopback() throws Exception {
        int port = freePort();
        values.put("udpPort", port);
        values.put("bindAddresses", new String[] {"0.0.0.0"});
        reachedBy = NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
                .findFirst()
                .orElse(LOOPBACK); // a machine without a network
        start();
        try (Client client = overUdp(told(), port)) {
            relays(client);
        }
    }

    @Test
    void which_ports_it_relays_from_is_known_for_as_long_as_it_does() throws Exception {
        int port = freePort();
        values.putAll(Map.of("tlsPort", port, "externalTls", true, "domain", "turn.example.com"));
        start();
        TransportAddress relayed;
        try (Client client = overTcp(told(), port)) {
            relayed = client.allocate();
            assertThat(server.isRelay(relayed)).isTrue();
            assertThat(server.isRelay(TransportAddress.of("127.0.0.1", 41_999))).as("another port").isFalse();
            assertThat(server.isRelay(TransportAddress.of("192.0.2.7", relayed.port()))).as("another machine").isFalse();
        }
        for (int i = 0; i < 1_000 && server.isRelay(relayed); i++) Thread.sleep(10);
        assertThat(server.isRelay(relayed)).isFalse();
    }

    @Test
    void a_family_in_which_nobody_reaches_media_is_told_at_the_start() throws Exception {
        values.put("udpPort", freePort());
        reachedBy = InetAddress.ofLiteral("2001:db8::7");
        assertThatThrownBy(this::start).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("turn.bind_addresses").hasMessageContaining("IPv4");
    }

    @Test
    void what_is_not_turn_ends_the_connection() throws Exception {
        int port = freePort();
        values.putAll(Map.of("tlsPort", port, "externalTls", true, "domain", "turn.example.com"));
        start();
        try (Socket socket = new Socket(LOOPBACK, port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write("\u00ff\u00ffGET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void rules_and_quota_change_while_it_runs() throws Exception {
        int port = freePort();
        values.put("udpPort", port);
        start();
        try (Client client = overUdp(told(), port)) {
            client.allocate();
            assertThat(client.bind(0x4000, 9)).isZero();
            values.put("allowRestrictedPeerCidrs", new String[0]);
            values.put("perUserRelayAllocationLimit", 1);
            server.modified(config());
            assertThat(client.bind(0x4000, 9)).isEqualTo(403);
        }
    }

    @Test
    void switched_off_it_tells_of_nothing_and_listens_nowhere() throws Exception {
        int port = freePort();
        values.putAll(Map.of("enabled", false, "udpPort", port));
        start();
        assertThat(server.of("PA_ann")).isEmpty();
        try (var socket = new DatagramSocket(port, LOOPBACK)) {
            assertThat(socket.isBound()).isTrue();
        }
    }

    @Test
    void without_a_key_nobody_is_told() throws Exception {
        values.put("udpPort", freePort());
        start().keys = null;
        assertThat(server.of("PA_ann")).isEmpty();
    }

    @Test
    void ports_are_free_when_it_has_ended() throws Exception {
        int port = freePort();
        values.put("udpPort", port);
        for (int i = 0; i < 3; i++) {
            start();
            close();
        }
    }

    @Test
    void a_port_that_is_taken_is_named() throws Exception {
        try (var taken = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0))) {
            values.put("udpPort", taken.getLocalPort());
            assertThatThrownBy(this::start).isInstanceOf(IOException.class).hasMessageContaining("turn.udp_port");
        }
    }

    @Test
    void a_certificate_that_is_not_there_is_named(@TempDir Path folder) throws Exception {
        values.putAll(Map.of("tlsPort", freePort(), "domain", "turn.example.com", "certFile", folder.resolve("none.pem").toString()));
        assertThatThrownBy(this::start).isInstanceOf(IOException.class).hasMessageContaining("turn.cert_file").hasMessageContaining("none.pem");
    }

    @Test
    void what_is_no_block_or_no_range_is_named() {
        assertThatThrownBy(() -> {
            values.put("udpPort", freePort());
            values.put("denyPeerCidrs", new String[] {"10.0.0.0/99"});
            try {
                start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("10.0.0.0/99");
        values.putAll(Map.of("denyPeerCidrs", new String[0], "relayRangeStart", 10, "relayRangeEnd", 9));
        assertThatThrownBy(this::start).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("turn.relay_range_start");
    }
}
