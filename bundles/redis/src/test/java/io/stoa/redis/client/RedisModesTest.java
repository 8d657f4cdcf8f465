package io.stoa.redis.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisException;
import io.stoa.redis.RedisServer;
import io.stoa.redis.Replies;
import io.stoa.redis.client.RedisSettings.Mode;
import io.stoa.redis.client.RedisSettings.Tls;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** TLS, Sentinels and clusters, against real ones. */
@Timeout(90)
class RedisModesTest {
    private final List<AutoCloseable> open = new ArrayList<>();
    private final BlockingQueue<Boolean> states = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    @TempDir
    private Path folder;

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open.reversed()) one.close();
    }

    private RedisServer server(String... options) throws Exception {
        return server(RedisServer.freePort(), options);
    }

    private RedisServer server(int port, String... options) throws Exception {
        RedisServer server = RedisServer.startOn(port, options);
        open.add(server);
        return server;
    }

    private HeldConnection connect(Mode mode, Optional<Tls> tls, RedisServer... servers) {
        List<HostAndPort> addresses = new ArrayList<>();
        for (RedisServer server : servers) addresses.add(new HostAndPort("127.0.0.1", server.port()));
        RedisSettings settings = new RedisSettings(mode, addresses, "", 0, tls, "main", "", Duration.ofSeconds(2), Duration.ofSeconds(1), 3);
        HeldConnection connection = new HeldConnection(settings.description(), new LettuceSessions(settings, TestConnection.NO_PASSWORDS), Duration.ofMillis(100)).start();
        open.add(connection);
        connection.onAvailability(states::add);
        return connection;
    }

    private void awaits(boolean available) throws InterruptedException {
        Boolean state;
        do state = states.poll(60, TimeUnit.SECONDS);
        while (state != null && state != available);
        assertThat(state).isEqualTo(available);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void set(HeldConnection connection, String key) {
        Replies.await(connection.commands().set(bytes(key), bytes("1")));
    }

    private void listen(HeldConnection connection, String channel) {
        connection.subscribe(channel, message -> heard.add(channel));
    }

    // -- TLS

    private void openssl(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    /** Its certificate is for {@code redis.test}, and it wants one of its clients, too. */
    private RedisServer guarded() throws Exception {
        for (String name : List.of("server", "client"))
            openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=redis.test", "-addext", "subjectAltName=DNS:redis.test",
                    "-keyout", name + ".key", "-out", name + ".crt");
        int port = RedisServer.freePort();
        return server(port, "--port", "0", "--tls-port", String.valueOf(port), "--tls-cert-file", at("server.crt"), "--tls-key-file", at("server.key"),
                "--tls-ca-cert-file", at("client.crt"));
    }

    private String at(String file) {
        return folder.resolve(file).toString();
    }

    private Optional<Tls> tls(boolean insecure, String name, String authority) {
        return Optional.of(new Tls(insecure, name, Optional.of(authority).filter(file -> !file.isEmpty()).map(Path::of),
                Optional.of(Path.of(at("client.crt"))), Optional.of(Path.of(at("client.key")))));
    }

    @Test
    void tls_with_the_name_in_the_certificate() throws Exception {
        HeldConnection connection = connect(Mode.SERVER, tls(false, "redis.test", at("server.crt")), guarded());
        awaits(true);
        set(connection, "a");
        listen(connection, "news");
        Replies.await(connection.commands().publish(bytes("news"), bytes("1")));
        assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("news");
    }

    @Test
    void tls_with_another_name_another_authority_or_a_file_that_is_not_there_is_away() throws Exception {
        RedisServer guarded = guarded();
        for (Optional<Tls> wrong : List.of(tls(false, "", at("server.crt")), tls(false, "redis.test", at("client.crt")), tls(false, "redis.test", at("nothing")))) {
            HeldConnection connection = connect(Mode.SERVER, wrong, guarded);
            assertThat(connection.awaitAvailable(Duration.ofSeconds(2))).isFalse();
        }
        connect(Mode.SERVER, tls(true, "", ""), guarded);
        awaits(true);
    }

    // -- Sentinel

    @Test
    void sentinels_lead_to_the_master_of_the_day() throws Exception {
        RedisServer master = server();
        RedisServer replica = server("--replicaof", "127.0.0.1 " + master.port());
        RedisServer sentinel = server("--sentinel");
        assertThat(sentinel.cli("sentinel", "monitor", "main", "127.0.0.1", String.valueOf(master.port()), "1")).isEqualTo("OK");
        HeldConnection connection = connect(Mode.SENTINEL, Optional.empty(), sentinel);
        awaits(true);
        set(connection, "before");
        listen(connection, "news");
        assertThat(master.cli("get", "before")).isEqualTo("1");
        while (!sentinel.cli("sentinel", "failover", "main").equals("OK")) Thread.onSpinWait(); // until it knows the replica
        awaits(false);
        awaits(true);
        setWhereItIsMaster(connection);
        assertThat(replica.cli("get", "after")).isEqualTo("1");
        Replies.await(connection.commands().publish(bytes("news"), bytes("1")));
        assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("news");
    }

    /** For a moment the old master may be a replica that is still named. */
    private static void setWhereItIsMaster(HeldConnection connection) {
        while (true) {
            try {
                set(connection, "after");
                return;
            } catch (RedisException readOnlyOrAway) {
                Thread.onSpinWait();
            }
        }
    }

    // -- cluster

    @Test
    void a_cluster_is_one() throws Exception {
        List<RedisServer> nodes = new ArrayList<>();
        for (int i = 0; i < 3; i++)
            nodes.add(server("--cluster-enabled", "yes", "--cluster-port", String.valueOf(RedisServer.freePort()), "--cluster-node-timeout", "10000"));
        String created = nodes.getFirst().cli("--cluster", "create", nodes.get(0).address(), nodes.get(1).address(), nodes.get(2).address(), "--cluster-yes");
        assertThat(created).contains("All 16384 slots covered");
        for (RedisServer node : nodes) node.awaitCluster();
        HeldConnection connection = connect(Mode.CLUSTER, Optional.empty(), nodes.get(1));
        awaits(true);
        for (int i = 0; i < 50; i++) set(connection, "key" + i);
        assertThat(nodes.stream().map(RedisModesTest::keys)).allSatisfy(count -> assertThat(count).isPositive());
        for (int i = 0; i < 10; i++) listen(connection, "news" + i);
        for (int i = 0; i < 10; i++) nodes.get(i % 3).cli("publish", "news" + i, "1");
        for (int i = 0; i < 10; i++) assertThat(heard.poll(20, TimeUnit.SECONDS)).startsWith("news");
    }

    private static int keys(RedisServer node) {
        try {
            return Integer.parseInt(node.cli("dbsize"));
        } catch (java.io.IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
