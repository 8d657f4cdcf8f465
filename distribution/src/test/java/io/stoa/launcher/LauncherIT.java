package io.stoa.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.protocol.livekit.DisconnectReason;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The assembled folder, used as an operator would: started as a process, looked at from outside. */
class LauncherIT {
    static final String SECRET = ServerProcess.SECRET;

    @TempDir Path folder;

    @Test
    void a_running_server_follows_its_file_and_its_plugins_folder() throws Exception {
        try (ServerProcess server = ServerProcess.in(folder)) {
            String yaml = server.yaml();
            server.start(yaml).awaitReady();
            assertThat(server.out()).startsWith("stoa: ready at http://localhost:" + server.port + ", node ND_").endsWith(" s\n");
            assertThat(Caller.health(server.port)).isEqualTo(200);
            keysChange(server, yaml);
            String debug = yaml + "logging: {level: debug}\n";
            levelsChange(server, debug);
            aBadFileIsRefused(server, debug);
            aSecondServerSaysThatThePortIsTaken(server);
            pluginsComeAndGo(server);
            brokenPluginsChangeNothing(server);
            aPluginTakesOverAndGivesBack(server);
            theShellAnswers(server);
            assertThat(Caller.health(server.port)).isEqualTo(200);
            server.terminate();
            assertThat(server.awaitEnd()).as("nobody is there, so it ends at once").isZero();
            assertThat(server.status()).as("no status is left behind").isEmpty();
            assertThat(server.err()).as("since the level changed").contains(" DEBUG ");
        }
    }

    @Test
    void ready_is_said_once_it_is_known_whether_redis_is_there() throws Exception {
        try (ServerProcess server = ServerProcess.in(folder)) {
            try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
                server.start(server.yaml() + "redis: {address: \"127.0.0.1:" + silent.getLocalPort() + "\"}\n");
                server.await("it answers", () -> Caller.get(server.port, "/readyz") == 503 && Caller.health(server.port) == 200);
                assertThat(server.out()).isEmpty();
            }
            server.awaitReady();
            assertThat(Caller.get(server.port, "/readyz")).isEqualTo(200);
            assertThat(server.err()).contains("Redis at redis://127.0.0.1:").contains("is away");
        }
    }

    private static void keysChange(ServerProcess server, String yaml) throws IOException {
        assertThat(Caller.listRooms(server.port, "APIone", SECRET)).isEqualTo(200);
        assertThat(Caller.listRooms(server.port, "APItwo", SECRET)).isEqualTo(401);
        Files.writeString(server.config(), yaml.replace("APIone", "APItwo"));
        server.await("the new key", () -> Caller.listRooms(server.port, "APItwo", SECRET) == 200);
        assertThat(Caller.listRooms(server.port, "APIone", SECRET)).isEqualTo(401);
    }

    private static void levelsChange(ServerProcess server, String debug) throws IOException {
        Files.writeString(server.config(), debug + "redis: {pool_size: 1}\n");
        server.await("what has no effect", () -> server.err().contains("no effect here: redis.pool_size ("));
        server.await("the key as it was", () -> Caller.listRooms(server.port, "APIone", SECRET) == 200);
    }

    private static void aBadFileIsRefused(ServerProcess server, String yaml) throws IOException {
        Files.writeString(server.config(), yaml.replace("APIone", "APItwo") + "limit: {max_metadata_size: much}\n");
        server.await("the refusal", () -> server.err().contains("refused as a whole"));
        assertThat(server.err()).contains("limit.max_metadata_size (line 6): \"much\" is not allowed; allowed: a whole number from 0 to 4294967295");
        assertThat(Caller.listRooms(server.port, "APIone", SECRET)).isEqualTo(200);
        Files.writeString(server.config(), yaml);
    }

    private void aSecondServerSaysThatThePortIsTaken(ServerProcess first) throws Exception {
        try (ServerProcess second = ServerProcess.in(folder)) {
            second.start(Files.readString(first.config()));
            assertThat(second.awaitEnd()).isEqualTo(1);
            assertThat(second.err()).contains("the server did not start", String.valueOf(first.port)).containsIgnoringCase("in use");
            assertThat(second.err().lines()).as("one screen").hasSizeLessThan(25);
            assertThat(second.err()).doesNotContain("\tat ");
        }
    }

    private static void pluginsComeAndGo(ServerProcess server) throws IOException {
        Path jar = server.plugins().resolve("hello.jar");
        Jars.empty(jar, "org.example.hello", "1.0.0");
        server.await("installed", () -> server.status().contains("bundle org.example.hello 1.0.0 ACTIVE plugin"));
        Jars.empty(jar, "org.example.hello", "2.0.0");
        server.await("updated", () -> server.status().contains("bundle org.example.hello 2.0.0 ACTIVE plugin"));
        Files.delete(jar);
        server.await("uninstalled", () -> !server.status().contains("org.example.hello"));
    }

    private void brokenPluginsChangeNothing(ServerProcess server) throws IOException {
        Path whole = folder.resolve("whole.jar");
        Jars.again(Jars.shipped(ServerProcess.DISTRIBUTION, "store.memory"), whole, "9.0.0");
        byte[] bytes = Files.readAllBytes(whole);
        Path slow = server.plugins().resolve("slow.jar");
        Files.write(slow, java.util.Arrays.copyOf(bytes, bytes.length / 2));
        Files.writeString(server.plugins().resolve("broken.jar"), "this is no archive");
        Jars.empty(server.plugins().resolve("lonely.jar"), "io.stoa.nobody", "1.0.0");
        server.await("the sound one is there", () -> server.status().contains("bundle io.stoa.nobody 1.0.0 ACTIVE plugin"));
        server.await("the broken one is told of", () -> server.err().contains("broken.jar"));
        Files.write(slow, bytes);
        server.await("the slow one once it is whole", () -> server.err().contains("io.stoa.store.memory 9.0.0 took over"));
        for (String name : new String[] {"slow.jar", "broken.jar", "lonely.jar"}) Files.delete(server.plugins().resolve(name));
        server.await("all gone", () -> !server.status().contains(" plugin"));
    }

    private static void aPluginTakesOverAndGivesBack(ServerProcess server) throws IOException {
        Path shipped = Jars.shipped(ServerProcess.DISTRIBUTION, "edge.twirp");
        Path jar = server.plugins().resolve("twirp.jar");
        Jars.again(shipped, jar, "0.0.1");
        server.await("an older version, too, because it was put there", () -> server.err().contains("io.stoa.edge.twirp 0.0.1 took over"));
        assertThat(Caller.listRooms(server.port, "APIone", SECRET)).isEqualTo(200);
        Jars.again(shipped, jar, "9.0.0");
        server.await("replaced", () -> server.status().contains("bundle io.stoa.edge.twirp 9.0.0 ACTIVE plugin"));
        server.await("at work", () -> Caller.listRooms(server.port, "APIone", SECRET) == 200);
        Files.delete(jar);
        server.await("given back", () -> !server.status().contains(" plugin") && server.status().matches("(?s).*bundle io.stoa.edge.twirp \\S+ ACTIVE\n.*"));
        server.await("at work again", () -> Caller.listRooms(server.port, "APIone", SECRET) == 200);
    }

    private void theShellAnswers(ServerProcess server) throws Exception {
        assertThat(said(server, 0, "shell", "rooms")).isEqualTo("no room is open on this node\n");
        Caller ann = Caller.join(server.port, Caller.token("it's $ann", "APIone", SECRET));
        server.await("ann is in", () -> ann.heard().stream().anyMatch(response -> response.hasJoin()));
        assertThat(said(server, 0, "shell", "participants", "lobby")).contains("it's $ann", "go");
        assertThat(said(server, 0, "shell", "rooms", "--json")).contains("\"room\": \"lobby\"");
        assertThat(said(server, 0, "why", "lobby", "it's $ann", "TR_none")).contains("NO_SUCH_TRACK");
        assertThat(said(server, 1, "shell", "participants", "nowhere")).isEqualTo("no room \"nowhere\" is open on this node\n");
        assertThat(said(server, 1, "shell", "rooms", "lobby")).isEqualTo("usage: rooms [--json]\n");
        assertThat(said(server, 0, "why")).isEqualTo("everything is at work\n");
        assertThat(said(server, 0, "status")).contains("bundle io.stoa.ops.shell ");
        Path jar = folder.resolve("next.jar");
        Jars.again(Jars.shipped(ServerProcess.DISTRIBUTION, "edge.twirp"), jar, "9.1.0");
        assertThat(said(server, 0, "shell", "swap", "edge.twirp", jar.toString())).startsWith("io.stoa.edge.twirp 9.1.0 is at work");
        assertThat(Caller.listRooms(server.port, "APIone", SECRET)).isEqualTo(200);
        Jars.empty(jar, "org.example.hello", "1.0.0");
        assertThat(said(server, 1, "shell", "swap", "edge.twirp", jar.toString())).contains("is the bundle org.example.hello, not io.stoa.edge.twirp");
        assertThat(said(server, 0, "shell", "swap", "edge.twirp", "shipped")).contains("the shipped one, is at work");
        try (ServerProcess other = ServerProcess.in(folder)) {
            assertThat(other.run("shell", "rooms").awaitEnd()).isEqualTo(1);
            assertThat(other.err()).startsWith("stoa: no server with a shell runs from here");
        }
        ann.leave();
        server.await("ann has left", () -> said(server, 0, "shell", "drain").equals("no more joins; 0 participants are still here\n"));
        assertThatThrownBy(() -> Caller.join(server.port, Caller.token("bob", "APIone", SECRET))).isInstanceOf(CompletionException.class);
    }

    /** What a tool says that runs beside the server. */
    private static String said(ServerProcess server, int status, String... arguments) {
        try {
            ServerProcess tool = server.beside();
            assertThat(tool.run(arguments).awaitEnd()).as(tool.out() + tool.err()).isEqualTo(status);
            return tool.out() + tool.err();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void a_bad_file_stops_the_start_with_all_that_is_wrong() throws Exception {
        try (ServerProcess server = ServerProcess.in(folder)) {
            server.start(server.yaml() + "prot: 1\nlimit: {num_tracks: many}\n");
            assertThat(server.awaitEnd()).isEqualTo(1);
            assertThat(server.err()).contains("the server did not start", "prot (line 5): unknown key; did you mean port?", "limit.num_tracks (line 6): \"many\" is not allowed");
            assertThat(server.err().lines()).as("one screen").hasSizeLessThan(25);
            assertThat(server.err()).doesNotContain("\tat ");
        }
    }

    @Test
    void a_missing_bundle_is_named_with_who_waits_for_it() throws Exception {
        Path home = folder.resolve("home");
        copy(home);
        Files.delete(Jars.shipped(home, "media"));
        try (ServerProcess server = new ServerProcess(Files.createTempDirectory(folder, "server"), home)) {
            server.start(server.yaml());
            assertThat(server.awaitEnd()).isEqualTo(1);
            assertThat(server.err()).contains("the server did not start", "io.stoa.media-", "feature media", "waits for service io.stoa.media.MediaPlane");
            assertThat(server.err().lines()).as("one screen").hasSizeLessThan(25);
        }
    }

    private static void copy(Path home) throws IOException {
        try (Stream<Path> files = Files.walk(ServerProcess.DISTRIBUTION)) {
            for (Path file : files.toList()) {
                Path target = home.resolve(ServerProcess.DISTRIBUTION.relativize(file).toString());
                if (Files.isDirectory(file)) Files.createDirectories(target);
                else Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    @Test
    void the_first_signal_waits_for_the_last_participant() throws Exception {
        try (ServerProcess server = ServerProcess.in(folder)) {
            server.start(server.yaml()).awaitReady();
            Caller ann = Caller.join(server.port, Caller.token("ann", "APIone", SECRET));
            server.await("ann is in", () -> ann.heard().stream().anyMatch(response -> response.hasJoin()));
            server.terminate();
            server.await("draining", () -> server.err().contains("no more joins"));
            assertThatThrownBy(() -> Caller.join(server.port, Caller.token("bob", "APIone", SECRET))).isInstanceOf(CompletionException.class);
            assertThat(server.isAlive()).isTrue();
            ann.leave();
            assertThat(server.awaitEnd()).isZero();
        }
    }

    @Test
    void a_second_signal_ends_the_server_now() throws Exception {
        try (ServerProcess server = ServerProcess.in(folder)) {
            server.start(server.yaml()).awaitReady();
            Caller ann = Caller.join(server.port, Caller.token("ann", "APIone", SECRET));
            server.await("ann is in", () -> ann.heard().stream().anyMatch(response -> response.hasJoin()));
            server.terminate();
            server.await("draining", () -> server.err().contains("no more joins"));
            server.terminate();
            server.awaitEnd();
        }
    }

    @Test
    void in_development_the_first_signal_ends_at_once_and_everybody_is_told() throws Exception {
        try (ServerProcess server = ServerProcess.in(folder)) {
            server.run("--dev", "--port", String.valueOf(server.port), "--rtc.tcp_port=0", "--udp-port", String.valueOf(ServerProcess.freeUdpPort())).awaitReady();
            assertThat(server.out()).contains("API key devkey, secret secret");
            assertThat(Caller.health(server.port)).isEqualTo(200);
            Caller ann = Caller.join(server.port, Caller.token("ann", "devkey", "secret"));
            server.await("ann is in", () -> ann.heard().stream().anyMatch(response -> response.hasJoin()));
            server.terminate();
            assertThat(server.awaitEnd()).isZero();
            assertThat(ann.heard()).anyMatch(response -> response.hasLeave() && response.getLeave().getReason() == DisconnectReason.SERVER_SHUTDOWN);
        }
    }

    @Test
    void the_commands_answer_without_a_server() throws Exception {
        assertThat(tool("generate-keys")).containsPattern("API Key:  API\\w{12}\nAPI Secret:  \\w{43}\n");
        assertThat(tool("--dev", "create-join-token", "--room", "a", "--identity", "b")).startsWith("Token: ey");
        assertThat(tool("--dev", "ports")).contains("7880 - HTTP service", "7882 - ICE/UDP");
        assertThat(tool("help-verbose")).contains("--room.empty_timeout VALUE", "[LIVEKIT_ROOM_EMPTY_TIMEOUT]");
        try (ServerProcess server = ServerProcess.in(folder)) {
            server.run("create-join-token", "--room", "a");
            assertThat(server.awaitEnd()).isEqualTo(1);
            assertThat(server.err()).isEqualTo("stoa: create-join-token: --identity is missing\n");
        }
    }

    private String tool(String... arguments) throws Exception {
        try (ServerProcess process = ServerProcess.in(folder)) {
            assertThat(process.run(arguments).awaitEnd()).as(process.err()).isZero();
            return process.out();
        }
    }

    /** An executable of another version on the way must neither be taken nor hide the reason. */
    @Test
    void without_a_jdk_25_it_says_what_to_install() throws Exception {
        Path old = folder.resolve("jdk-17/bin/java");
        Files.createDirectories(old.getParent());
        Files.writeString(old, "#!/bin/sh\necho 'openjdk version \"17.0.15\" 2025-04-15' >&2\n");
        Files.setPosixFilePermissions(old, PosixFilePermissions.fromString("rwxr-xr-x"));
        ProcessBuilder builder = new ProcessBuilder(ServerProcess.DISTRIBUTION.resolve("bin/stoa").toString(), "--dev").redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", old.getParent().getParent().toString());
        builder.environment().put("STOA_JAVA_FOLDERS", folder.resolve("none").toString());
        builder.environment().put("PATH", "/usr/bin:/bin");
        builder.environment().remove("STOA_JAVA_HOME");
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(said).isEqualTo(1);
        assertThat(said).contains("no Java 25 was found", "STOA_JAVA_HOME", "jdk-17/bin/java (version 17)");
    }
}
