package io.stoa.bench;

import com.google.gson.JsonObject;
import io.stoa.base.Time;
import java.io.IOException;
import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;

/**
 * The load generator: publishers and subscribers of a room at a server of this protocol, and what forwarding costs that server. Real
 * connections, so cheap that the server is what saturates. See {@link LoadOptions#HELP}.
 */
public final class LoadTest implements AutoCloseable {
    private static final long PATIENCE = 120 * Time.SECOND;
    /** For what was said to be on its way before sockets are closed. */
    private static final long LEAVE_MILLIS = 300;

    private final LoadOptions options;
    private final LoadTools tools;
    private final LoadTotals totals = new LoadTotals();
    /** Publishers receive nothing that is measured. */
    private final LoadTotals publisherTotals = new LoadTotals();
    private final HttpClient http = HttpClient.newBuilder().executor(Executors.newVirtualThreadPerTaskExecutor()).build();
    private final List<LoadClient> publishers = new ArrayList<>();
    private final List<LoadClient> subscribers = new ArrayList<>();

    LoadTest(LoadOptions options) throws IOException {
        this.options = options;
        tools = LoadTools.towards(options.url(), options.gro());
    }

    public static void main(String[] arguments) throws Exception {
        LoadOptions options;
        try {
            options = LoadOptions.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.err.print(LoadOptions.HELP);
            System.exit(2);
            return;
        }
        JsonObject result;
        try (LoadTest test = new LoadTest(options)) {
            result = test.run();
        }
        if (options.json()) System.out.println(result);
        else print(result);
        System.exit(result.get("failures").getAsString().isEmpty() ? 0 : 1);
    }

    /** What is read at the beginning and the end of the measured time. */
    private record Reading(long at, long packets, long bytes, long lost, double ownCpuSeconds, double cpuSeconds, long residentKilobytes) {}

    /** @throws IllegalStateException if a part of the room does not come to life within two minutes */
    JsonObject run() throws IOException, InterruptedException {
        double cleanKilobytes = resident();
        publish();
        double publishedKilobytes = resident();
        double firstKilobytes = 0;
        if (options.first() > 0) {
            join(options.first());
            Thread.sleep(options.warmupSeconds() * 1_000L);
            firstKilobytes = resident();
        }
        join(options.subscribers());
        return measure(cleanKilobytes, publishedKilobytes, firstKilobytes);
    }

    /** All are there, and everything flows; without a measurement. */
    void begin() throws IOException, InterruptedException {
        publish();
        join(options.subscribers());
    }

    /** All say that they leave. */
    void leave() throws InterruptedException {
        tools.loop().ask(() -> {
            subscribers.forEach(LoadClient::leave);
            publishers.forEach(LoadClient::leave);
            return null;
        });
        Thread.sleep(LEAVE_MILLIS);
    }

    long takeLongestGap() {
        return tools.loop().ask(totals::takeLongestGap);
    }

    long lost() {
        return tools.loop().ask(() -> subscribers.stream().mapToLong(subscriber -> subscriber.subscriber().lost()).sum());
    }

    private void publish() throws IOException, InterruptedException {
        for (int room = 0; room < options.rooms(); room++)
            for (int i = 0; i < options.publishers(); i++) {
                LoadClient client = new LoadClient(
                        tools, publisherTotals, options, options.room(room), "publisher-" + i, i < options.videoPublishers(), i < options.audioPublishers(), false);
                publishers.add(client);
                client.join();
                if (options.rooms() > 1) pace();
            }
        await("the publishers to send", () -> publishers.stream().allMatch(LoadClient::sending));
    }

    private JsonObject measure(double cleanKilobytes, double publishedKilobytes, double firstKilobytes) throws IOException, InterruptedException {
        Reading end;
        JsonObject result;
        try (MachinePauses machine = options.watchMachine() ? new MachinePauses() : null) {
            Thread.sleep(options.warmupSeconds() * 1_000L);
            if (options.warmupSeconds() > 0) forgetDelays();
            Reading begin = read();
            ServerPauses pauses = new ServerPauses(options.metrics(), http);
            pauses.during(options.seconds(), machine);
            end = read();
            result = tools.loop().ask(() -> result(begin, end));
            pauses.addTo(result, machine);
        }
        if (options.pid() > 0) {
            result.addProperty("rss_start_kb", cleanKilobytes);
            result.addProperty("rss_published_kb", publishedKilobytes);
            if (options.first() > 0) {
                result.addProperty("rss_first_kb", firstKilobytes);
                result.addProperty("rss_kb_per_further_subscriber", (end.residentKilobytes - firstKilobytes) / Math.max(1, options.subscribers() - options.first()));
            }
        }
        return result;
    }

    private void forgetDelays() {
        tools.loop().ask(() -> {
            totals.delays.clear();
            return null;
        });
    }

    private void join(int upTo) throws IOException, InterruptedException {
        while (subscribers.size() < upTo) {
            int number = subscribers.size();
            LoadClient client = new LoadClient(
                    tools, totals, options, options.room(number % options.rooms()), "subscriber-" + number, false, false, number < options.verify());
            subscribers.add(client);
            client.join();
            pace();
        }
        int tracks = options.videoPublishers() + options.audioPublishers();
        await(upTo + " subscribers to receive " + tracks + " tracks each",
                () -> subscribers.stream().allMatch(subscriber -> subscriber.subscriber().mediaStreams() >= tracks));
    }

    private void pace() throws InterruptedException {
        Thread.sleep(Math.max(1, 1_000 / options.joinsPerSecond()));
    }

    private interface Condition {
        boolean holds();
    }

    private void await(String what, Condition condition) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE;
        while (System.nanoTime() - deadline < 0) {
            if (tools.loop().ask(condition::holds)) return;
            Thread.sleep(50);
        }
        throw new IllegalStateException("waited in vain for " + what + tools.loop().ask(() ->
                "; " + subscribers.stream().filter(s -> s.subscriber().mediaStreams() == 0).count() + " receive nothing, connected " + totals.connected + " and " + publisherTotals.connected + ", failures " + failures()));
    }

    private String failures() {
        return totals.failures.isEmpty() && publisherTotals.failures.isEmpty() ? "" : totals.failures.toString() + publisherTotals.failures;
    }

    private double resident() throws IOException {
        return options.pid() > 0 ? new ServerProcess(options.pid()).residentKilobytes() : 0;
    }

    private Reading read() throws IOException {
        ServerProcess server = new ServerProcess(options.pid());
        double cpu = options.pid() > 0 ? server.cpuSeconds() : 0;
        long resident = options.pid() > 0 ? server.residentKilobytes() : 0;
        double own = new ServerProcess(ProcessHandle.current().pid()).cpuSeconds();
        return tools.loop().ask(() -> {
            long lost = subscribers.stream().mapToLong(subscriber -> subscriber.subscriber().lost()).sum();
            return new Reading(System.nanoTime(), totals.packets, totals.bytes, lost, own, cpu, resident);
        });
    }

    private JsonObject result(Reading begin, Reading end) {
        double seconds = (end.at - begin.at) / 1e9;
        long packets = end.packets - begin.packets;
        long lost = end.lost - begin.lost;
        JsonObject result = new JsonObject();
        result.addProperty("subscribers", subscribers.size());
        result.addProperty("video_publishers", options.videoPublishers());
        result.addProperty("audio_publishers", options.audioPublishers());
        result.addProperty("srtp", totals.profile);
        result.addProperty("seconds", seconds);
        result.addProperty("packets_per_second", packets / seconds);
        result.addProperty("bytes_per_packet", packets == 0 ? 0 : (double) (end.bytes - begin.bytes) / packets);
        result.addProperty("lost", lost);
        result.addProperty("lost_share", packets + lost == 0 ? 0 : (double) lost / (packets + lost));
        result.addProperty("verified", totals.verified);
        result.addProperty("unverified", totals.unverified);
        result.addProperty("delay_p50_us", orZero(totals.delays.micros(0.5)));
        result.addProperty("delay_p99_us", orZero(totals.delays.micros(0.99)));
        result.addProperty("delay_longest_us", orZero(totals.delays.micros(1)));
        result.addProperty("key_frames_asked", publisherTotals.keyFrames);
        result.addProperty("nacks_received", publisherTotals.nacks);
        result.addProperty("repaired", totals.repaired);
        result.addProperty("rtcp_received", totals.reports);
        result.addProperty("generator_cpu_percent", 100 * (end.ownCpuSeconds - begin.ownCpuSeconds) / seconds);
        if (options.pid() > 0) {
            result.addProperty("server_cpu_percent", 100 * (end.cpuSeconds - begin.cpuSeconds) / seconds);
            result.addProperty("server_cpu_us_per_packet", packets == 0 ? 0 : (end.cpuSeconds - begin.cpuSeconds) * 1e6 / packets);
            result.addProperty("server_cpu_percent_per_subscriber", subscribers.isEmpty() ? 0 : 100 * (end.cpuSeconds - begin.cpuSeconds) / seconds / subscribers.size());
            result.addProperty("rss_end_kb", end.residentKilobytes);
        }
        result.addProperty("failures", failures());
        return result;
    }

    private static double orZero(double value) {
        return Double.isNaN(value) ? 0 : value;
    }

    private static void print(JsonObject result) {
        for (String name : result.keySet()) {
            var value = result.getAsJsonPrimitive(name);
            boolean fraction = value.isNumber() && value.getAsDouble() != Math.rint(value.getAsDouble());
            System.out.printf(Locale.ROOT, "%-32s %s%n", name.replace('_', ' '), fraction ? "%.2f".formatted(value.getAsDouble()) : value.getAsString());
        }
    }

    @Override
    public void close() {
        tools.loop().ask(() -> {
            for (LoadClient client : subscribers) client.close();
            for (LoadClient client : publishers) client.close();
            return null;
        });
        tools.loop().close();
        http.shutdownNow();
    }
}
