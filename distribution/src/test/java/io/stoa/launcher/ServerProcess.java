package io.stoa.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** {@code bin/stoa} of the assembled folder, as a process of its own: with free ports, and with a folder of its own for what it writes. */
final class ServerProcess implements AutoCloseable {
    static final Path DISTRIBUTION = Path.of(System.getProperty("stoa.distribution"));
    static final String SECRET = "a-secret-that-is-long-enough-to-be-safe";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    final Path folder;
    final int port;
    private final Path home;
    private Process process;
    private Path run;

    ServerProcess(Path folder, Path home) throws IOException {
        this.folder = folder;
        this.home = home;
        run = folder.resolve("run");
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
    }

    /** A folder for the files of the server, in a folder of the test. */
    static ServerProcess in(Path parent) throws IOException {
        return new ServerProcess(Files.createTempDirectory(parent, "server"), DISTRIBUTION);
    }

    /** Another process with the folders of this one. */
    ServerProcess beside() throws IOException {
        ServerProcess other = new ServerProcess(Files.createTempDirectory(folder, "tool"), home);
        other.run = run;
        return other;
    }

    /** A configuration that listens on this server's ports and on loopback only, with the key APIone. */
    String yaml() throws IOException {
        int tcp;
        try (ServerSocket socket = new ServerSocket(0)) {
            tcp = socket.getLocalPort();
        }
        return """
                port: %d
                bind_addresses: [127.0.0.1]
                rtc: {tcp_port: %d, udp_port: %d, enable_loopback_candidate: true}
                keys: {APIone: %s}
                """.formatted(port, tcp, freeUdpPort(), SECRET);
    }

    static int freeUdpPort() throws IOException {
        try (DatagramSocket socket = new DatagramSocket(0)) {
            return socket.getLocalPort();
        }
    }

    Path config() {
        return folder.resolve("livekit.yaml");
    }

    Path plugins() {
        return folder.resolve("plugins");
    }

    /** With the text as its configuration file. */
    ServerProcess start(String yaml, String... options) throws IOException {
        Files.writeString(config(), yaml);
        List<String> command = new ArrayList<>(List.of("--config", config().toString()));
        command.addAll(List.of(options));
        return run(command.toArray(String[]::new));
    }

    ServerProcess run(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(home.resolve("bin/stoa").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(folder.resolve("out").toFile()).redirectError(folder.resolve("err").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("LIVEKIT_") || name.startsWith("STOA_"));
        builder.environment().put("STOA_JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("STOA_RUN", run.toString());
        builder.environment().put("STOA_DATA", folder.resolve("data").toString());
        builder.environment().put("STOA_PLUGINS", plugins().toString());
        process = builder.start();
        return this;
    }

    ServerProcess awaitReady() {
        await("ready", () -> out().contains("stoa: ready"));
        return this;
    }

    void terminate() {
        process.destroy();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** The end by itself, with the exit status. */
    int awaitEnd() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)).as("ends within %s; it said:%n%s%s", PATIENCE, out(), err()).isTrue();
        return process.exitValue();
    }

    String out() {
        return read(folder.resolve("out"));
    }

    String err() {
        return read(folder.resolve("err"));
    }

    String status() {
        return read(folder.resolve("run/status"));
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Looks until it is so; fails at once if the process ends before. */
    void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(process.isAlive()).as("still running while waiting for: %s; it said:%n%s%s", what, out(), err()).isTrue();
            assertThat(System.nanoTime() - deadline).as("%s; it said:%n%s%s%s", what, out(), err(), status()).isNegative();
            LockSupport.parkNanos(20_000_000);
        }
    }

    @Override
    public void close() {
        if (process != null && process.isAlive()) process.destroyForcibly().onExit().join();
    }
}
