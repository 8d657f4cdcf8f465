package io.stoa.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The assembled server as a process of its own, on loopback. */
record ServerUnderTest(Process process, Path log) implements AutoCloseable {
    static final String KEY = "bench";
    static final String SECRET = "a-secret-for-benchmarks-on-loopback-only";

    /**
     * @param home the assembled folder
     * @param port signalling; the next three are ICE/TCP, numbers for Prometheus and UDP, which has as many ports behind it as there are media loops
     * @param javaOptions for the server's JVM
     */
    static ServerUnderTest start(Path home, int port, String javaOptions) throws IOException, InterruptedException {
        return start(home, port, javaOptions, Map.of());
    }

    static ServerUnderTest start(Path home, int port, String javaOptions, Map<String, String> environment) throws IOException, InterruptedException {
        String config = """
                port: %d
                bind_addresses: ["127.0.0.1"]
                rtc:
                  tcp_port: %d
                  udp_port: %s
                  enable_loopback_candidate: true
                  interfaces:
                    includes: [lo]
                prometheus:
                  port: %d
                keys:
                  %s: %s
                """.formatted(port, port + 1, udp(port + 3), port + 2, KEY, SECRET);
        Path log = Files.createTempFile("stoa-bench", ".log");
        ProcessBuilder builder = new ProcessBuilder(home.resolve("bin/stoa").toString(), "--config-body", config).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().merge("STOA_OPTS", javaOptions, (given, ours) -> given + " " + ours);
        builder.environment().putAll(environment);
        ServerUnderTest server = new ServerUnderTest(builder.start(), log);
        server.awaitReady();
        return server;
    }

    private static String udp(int first) {
        int loops = Integer.parseInt(Optional.ofNullable(System.getenv("STOA_BENCH_LOOPS")).orElse("1"));
        return loops == 1 ? String.valueOf(first) : first + "-" + (first + loops - 1);
    }

    static String metrics(int port) {
        return "http://127.0.0.1:" + (port + 2) + "/metrics";
    }

    private void awaitReady() throws IOException, InterruptedException {
        for (int i = 0; i < 300; i++) {
            if (Files.readString(log).contains("stoa: ready")) return;
            if (!process.isAlive()) break;
            Thread.sleep(100);
        }
        close();
        throw new IOException("the server did not become ready:\n" + Files.readString(log));
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.destroy();
        if (process.onExit().completeOnTimeout(null, 20, TimeUnit.SECONDS).join() == null) process.destroyForcibly().onExit().join();
    }
}
