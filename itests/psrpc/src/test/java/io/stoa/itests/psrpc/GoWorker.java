package io.stoa.itests.psrpc;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The program in {@code go/}, running. */
final class GoWorker implements AutoCloseable {
    private static final Path PROGRAM = Path.of(System.getProperty("stoa.worker.program"));

    private final Process process;
    private final PrintStream commands;
    private final BlockingQueue<String> said = new LinkedBlockingQueue<>();

    /** Needs Go; what the modules need is fetched where it is not there yet. */
    static void build() throws IOException, InterruptedException {
        ProcessBuilder go = new ProcessBuilder("go", "build", "-buildvcs=false", "-o", PROGRAM.toString(), ".");
        go.directory(Path.of(System.getProperty("stoa.worker.source")).toFile());
        try {
            Process building = go.redirectErrorStream(true).start();
            String output = new String(building.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (building.waitFor() != 0) throw new AssertionError("the worker of LiveKit's Go modules does not build:\n" + output);
        } catch (IOException e) {
            throw new AssertionError("Go is missing, by which the calls to LiveKit's workers are proved: install Go 1.26 or later (./dev test does, on Debian)", e);
        }
    }

    /** Returns when it is ready. */
    GoWorker(String redis, String name, double affinity) throws IOException, InterruptedException {
        process = new ProcessBuilder(PROGRAM.toString(), redis, name, String.valueOf(affinity)).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        commands = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        Thread.ofVirtual().start(this::read);
        says("ready");
    }

    private void read() {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) said.add(line);
            said.add("the worker ended");
        } catch (IOException e) {
            said.add(e.toString());
        }
    }

    void does(String command) {
        commands.println(command);
    }

    void says(String expected) throws InterruptedException {
        String line = said.poll(30, TimeUnit.SECONDS);
        if (!expected.equals(line)) throw new AssertionError("expected: " + expected + "\n but it said: " + line);
    }

    String says() throws InterruptedException {
        return said.poll(30, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
