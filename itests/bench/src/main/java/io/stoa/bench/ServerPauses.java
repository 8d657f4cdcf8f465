package io.stoa.bench;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

/** How late the server's media loops were while it was measured, as it tells Prometheus, and when the machine was so itself. */
final class ServerPauses {
    /** What it tells is the longest of the last 30 to 60 s. */
    private static final int WINDOW_SECONDS = 60;
    private static final int STEP_SECONDS = 20;

    private final String url;
    private final HttpClient http;
    private double longestSeconds;
    private double longOnes;
    /** Of these, the ones in seconds in which the machine stood still. */
    private double ofTheMachine;

    ServerPauses(String url, HttpClient http) {
        this.url = url;
        this.http = http;
    }

    /**
     * Takes so long.
     *
     * @param machine what is known of it meanwhile; null = nothing
     */
    void during(int seconds, MachinePauses machine) throws IOException, InterruptedException {
        double before = value("stoa_media_pauses_total");
        double last = before;
        if (machine != null) machine.clear();
        long begun = System.currentTimeMillis();
        for (int passed = 0; passed < seconds; ) {
            int step = Math.min(machine == null ? STEP_SECONDS : 1, seconds - passed);
            long from = begun + passed * 1_000L;
            passed += step;
            Thread.sleep(Math.max(0, begun + passed * 1_000L - System.currentTimeMillis()));
            if (passed >= WINDOW_SECONDS) longestSeconds = Math.max(longestSeconds, value("stoa_media_longest_pause_seconds"));
            if (machine == null) continue;
            machine.check();
            double now = value("stoa_media_pauses_total");
            if (now > last && machine.between(from, System.currentTimeMillis())) ofTheMachine += now - last;
            last = now;
        }
        longOnes = value("stoa_media_pauses_total") - before;
    }

    private double value(String name) throws IOException, InterruptedException {
        if (url.isEmpty()) return 0;
        String text = http.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString()).body();
        return text.lines()
                .filter(line -> line.startsWith(name) && !line.startsWith("#"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElseThrow(() -> new IOException(url + " does not tell " + name));
    }

    /** The longest is 0 if less than a minute was measured. */
    void addTo(JsonObject result, MachinePauses machine) {
        if (url.isEmpty()) return;
        result.addProperty("pause_longest_ms", longestSeconds * 1_000);
        result.addProperty("pauses_over_5_ms", longOnes);
        if (machine == null) return;
        result.addProperty("pauses_over_5_ms_while_the_machine_paused", ofTheMachine);
        result.addProperty("machine_pause_longest_ms", machine.longestMillis());
        result.addProperty("machine_pauses_over_2_5_ms", machine.count());
    }
}
