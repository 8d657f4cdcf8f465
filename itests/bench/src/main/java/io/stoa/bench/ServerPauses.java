package io.stoa.bench;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

/** How late the server's media loops were while it was measured, as it tells Prometheus. */
final class ServerPauses {
    /** What it tells is the longest of the last 30 to 60 s. */
    private static final int WINDOW_SECONDS = 60;

    private final String url;
    private final HttpClient http;
    private double longestSeconds;
    private double longOnes;

    ServerPauses(String url, HttpClient http) {
        this.url = url;
        this.http = http;
    }

    /** Takes so long. */
    void during(int seconds) throws IOException, InterruptedException {
        double before = value("stoa_media_pauses_total");
        for (int passed = 0; passed < seconds; ) {
            int step = Math.min(20, seconds - passed);
            Thread.sleep(step * 1_000L);
            passed += step;
            if (passed >= WINDOW_SECONDS) longestSeconds = Math.max(longestSeconds, value("stoa_media_longest_pause_seconds"));
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
    void addTo(JsonObject result) {
        if (url.isEmpty()) return;
        result.addProperty("pause_longest_ms", longestSeconds * 1_000);
        result.addProperty("pauses_over_5_ms", longOnes);
    }
}
