package io.stoa.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A {@code redis-server} of its own for a test, on a free port of the loopback, in a folder that goes with it. It can be stopped and
 * started again on the same port (empty), and brought to a stand.
 */
public final class RedisServer implements AutoCloseable {
    private static final long START_SECONDS = 20;
    private final Path folder;
    private final int port;
    private final List<String> options;
    private Process process;

    private RedisServer(int port, List<String> options) throws IOException {
        folder = Files.createTempDirectory("redis");
        this.port = port;
        this.options = options;
    }

    /** @param options as on its command line: {@code "--requirepass", "secret"} */
    public static RedisServer start(String... options) throws IOException, InterruptedException {
        return startOn(freePort(), options);
    }

    public static RedisServer startOn(int port, String... options) throws IOException, InterruptedException {
        RedisServer server = new RedisServer(port, List.of(options));
        server.startAgain();
        return server;
    }

    /** Of the loopback; nobody has it now. */
    public static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    public int port() {
        return port;
    }

    public String address() {
        return "127.0.0.1:" + port;
    }

    /** Its working folder. */
    public Path folder() {
        return folder;
    }

    /** Returns when it accepts connections. */
    public void startAgain() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("redis-server"));
        if (options.contains("--sentinel")) Files.writeString(folder.resolve("sentinel.conf"), "");
        if (options.contains("--sentinel")) command.add(folder.resolve("sentinel.conf").toString());
        if (!options.contains("--tls-port")) command.addAll(List.of("--port", String.valueOf(port)));
        command.addAll(List.of("--bind", "127.0.0.1", "--dir", folder.toString(), "--save", "", "--appendonly", "no"));
        command.addAll(options);
        Path log = folder.resolve("log");
        process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!accepts()) {
            if (!process.isAlive() || System.nanoTime() > end) throw new IOException("redis-server did not start: " + Files.readString(log));
            Thread.sleep(20);
        }
    }

    private boolean accepts() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    public void stop() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** It keeps its connections and answers nobody, until {@link #resume}. */
    public void pause() throws IOException, InterruptedException {
        signal("STOP");
    }

    public void resume() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).inheritIO().start().waitFor();
    }

    /** Returns when it says that its cluster is whole. */
    public void awaitCluster() throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!cli("cluster", "info").contains("cluster_state:ok")) {
            if (System.nanoTime() > end) throw new IOException(cli("cluster", "info"));
            Thread.sleep(50);
        }
    }

    /** What {@code redis-cli} says. */
    public String cli(String... command) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("redis-cli", "-p", String.valueOf(port)));
        all.addAll(List.of(command));
        Process cli = new ProcessBuilder(all).redirectErrorStream(true).start();
        String said = new String(cli.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        cli.waitFor();
        return said.strip();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try (Stream<Path> all = Files.walk(folder)) {
            process.waitFor();
            all.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
