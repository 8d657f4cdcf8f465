package io.stoa.bench;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The standard scenarios against the assembled server, each against a fresh one: video, audio, both, both with subscribers that do all that browsers do,
 * and what further subscribers cost in memory. Prints one table.
 */
public final class StandardBench {
    private static final String COLUMNS = "%-10s %11s %10s %8s %12s %10s %9s %9s %9s %9s %9s %12s%n";

    /** Seconds from the start of a server to its first guest. */
    private static final int REST = Integer.parseInt(Optional.ofNullable(System.getenv("STOA_BENCH_REST")).orElse("0"));

    private record Scenario(String name, List<String> options) {}

    private StandardBench() {}

    /** @param arguments the server's folder, its port, its JVM options, comma-separated names of scenarios, then options of the load generator */
    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[0]);
        int port = Integer.parseInt(arguments[1]);
        List<String> wanted = List.of(arguments[3].split(","));
        List<String> given = List.of(arguments).subList(4, arguments.length);
        List<JsonObject> results = new ArrayList<>();
        System.out.printf(COLUMNS, "scenario", "subscribers", "packets/s", "bytes", "CPU us/pkt", "CPU %", "% each", "lost", "p50 us", "p99 us", "RSS MB", "kB/subscr.");
        for (Scenario scenario : scenarios()) {
            if (!wanted.contains(scenario.name)) continue;
            List<String> options = new ArrayList<>(List.of("--url", "ws://127.0.0.1:" + port, "--key", ServerUnderTest.KEY, "--secret", ServerUnderTest.SECRET));
            options.addAll(scenario.options);
            options.addAll(given);
            try (ServerUnderTest server = ServerUnderTest.start(home, port, arguments[2])) {
                Thread.sleep(REST * 1_000L);
                options.addAll(List.of("--pid", String.valueOf(server.pid()), "--metrics", ServerUnderTest.metrics(port)));
                try (LoadTest test = new LoadTest(LoadOptions.parse(options.toArray(String[]::new)))) {
                    JsonObject result = test.run();
                    results.add(result);
                    row(scenario.name, result);
                }
            }
        }
        for (JsonObject result : results) System.out.println(result);
        System.exit(results.stream().allMatch(result -> result.get("failures").getAsString().isEmpty()) ? 0 : 1);
    }

    private static List<Scenario> scenarios() {
        return List.of(
                new Scenario("video", List.of("--video-publishers", "1", "--audio-publishers", "0")),
                new Scenario("audio", List.of("--video-publishers", "0", "--audio-publishers", "1")),
                new Scenario("both", List.of()),
                new Scenario("everything", List.of("--layers", "3", "--browsers", "--loss", "1")),
                new Scenario("memory", List.of("--first", "10", "--subscribers", "110")));
    }

    private static void row(String name, JsonObject result) {
        System.out.printf(Locale.ROOT, COLUMNS, name, result.get("subscribers").getAsInt(), whole(result, "packets_per_second"), whole(result, "bytes_per_packet"),
                "%.2f".formatted(number(result, "server_cpu_us_per_packet")), "%.1f".formatted(number(result, "server_cpu_percent")),
                "%.3f".formatted(number(result, "server_cpu_percent_per_subscriber")), whole(result, "lost"),
                whole(result, "delay_p50_us"), whole(result, "delay_p99_us"), Math.round(number(result, "rss_end_kb") / 1_024),
                result.has("rss_kb_per_further_subscriber") ? whole(result, "rss_kb_per_further_subscriber") : "");
    }

    private static double number(JsonObject result, String name) {
        return result.get(name).getAsDouble();
    }

    private static long whole(JsonObject result, String name) {
        return Math.round(number(result, name));
    }
}
