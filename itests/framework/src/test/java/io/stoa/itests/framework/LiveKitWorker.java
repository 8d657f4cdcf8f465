package io.stoa.itests.framework;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A worker of LiveKit's Go modules: the program in {@code itests/psrpc/go/workers}, running. */
final class LiveKitWorker implements AutoCloseable {
    private static final String PROGRAM = "stoa.itest.workers";

    private final String name;
    private final Process process;
    private final PrintStream commands;
    private final BlockingQueue<String> said = new LinkedBlockingQueue<>();

    /** Needs Go; what the modules need is fetched where it is not there yet. Called outside. */
    static void build() throws IOException, InterruptedException {
        Path program = Files.createDirectories(Path.of("target")).resolve("livekit-workers").toAbsolutePath();
        ProcessBuilder go = new ProcessBuilder("go", "build", "-buildvcs=false", "-o", program.toString(), "./workers");
        go.directory(Path.of("../psrpc/go").toFile());
        try {
            Process building = go.redirectErrorStream(true).start();
            String output = new String(building.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (building.waitFor() != 0) throw new AssertionError("the workers of LiveKit's Go modules do not build:\n" + output);
        } catch (IOException e) {
            throw new AssertionError("Go is missing, by which LiveKit's workers are built: install Go 1.26 or later (./dev test does, on Debian)", e);
        }
        System.setProperty(PROGRAM, program.toString());
    }

    /** Returns when it takes work. */
    LiveKitWorker(String kind, String redis, String name, double affinity) throws IOException, InterruptedException {
        this.name = name;
        process = new ProcessBuilder(System.getProperty(PROGRAM), kind, redis, name, String.valueOf(affinity)).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        commands = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        Thread.ofVirtual().start(this::read);
        says("ready");
    }

    private void read() {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) said.add(line);
            said.add("ended {}");
        } catch (IOException e) {
            said.add("ended {\"why\": \"" + e + "\"}");
        }
    }

    /** Has something happen to its media. */
    void does(String command) {
        commands.println(command);
    }

    /** The same, and it says so. @return about what */
    JsonObject did(String command) throws InterruptedException {
        does(command);
        return says(command.split(" ")[0]);
    }

    /** The next thing that it says must be this. @return about what */
    JsonObject says(String word) throws InterruptedException {
        String line = said.poll(20, TimeUnit.SECONDS);
        if (line == null || !line.startsWith(word + " ")) throw new AssertionError("worker " + name + " was to say: " + word + "\n but it said: " + line);
        return JsonParser.parseString(line.substring(word.length() + 1)).getAsJsonObject();
    }

    /** The same, in a lambda. */
    JsonObject said(String word) {
        try {
            return says(word);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** It was not asked for anything since. */
    boolean saysNothing() {
        return said.isEmpty();
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }
}
