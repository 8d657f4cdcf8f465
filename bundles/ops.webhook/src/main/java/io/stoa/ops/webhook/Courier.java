package io.stoa.ops.webhook;

import io.stoa.auth.AccessTokens;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;

/** Brings one event to one receiver, in as many attempts as it takes (spec 10.1). Blocks its caller, a virtual thread. */
final class Courier {
    static final int ATTEMPTS = 5;
    private static final int REDIRECTS = 5;
    private static final Duration TOKEN_LIFE = Duration.ofMinutes(5);
    static final Duration CONNECT = Duration.ofSeconds(5);
    private static final long FIRST_PAUSE_MILLIS = 1_000;
    private static final long LONGEST_PAUSE_MILLIS = 30_000;

    private final HttpClient client;
    private final Function<String, Optional<String>> secrets;
    private final Supplier<Instant> clock;
    private final Pause pause;
    private final Duration patience;

    /** Between two attempts. */
    interface Pause {
        /** @throws InterruptedException if there is to be no further attempt now */
        void of(long millis) throws InterruptedException;
    }

    /** @param patience for one attempt, answer included */
    Courier(HttpClient client, Function<String, Optional<String>> secrets, Supplier<Instant> clock, Pause pause, Duration patience) {
        this.client = client;
        this.secrets = secrets;
        this.clock = clock;
        this.pause = pause;
        this.patience = patience;
    }

    /** How it ended, for the log. */
    sealed interface Outcome {
        record Taken() implements Outcome {}

        record Failed(String why) implements Outcome {}

        /** There is no key to sign with. */
        record Unsigned() implements Outcome {}
    }

    /** @throws InterruptedException if it is not known whether it arrived */
    Outcome bring(byte[] body, Receiver to, Semaphore slots) throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            Optional<String> secret = secrets.apply(to.apiKey()).filter(text -> !text.isEmpty());
            if (secret.isEmpty()) return new Outcome.Unsigned();
            Attempt end = attempt(body, to, secret.get(), slots);
            if (end.outcome != null) return end.outcome;
            if (attempt == ATTEMPTS) return new Outcome.Failed(end.why + ", " + ATTEMPTS + " times");
            pause.of(Math.max(end.wantedMillis, Math.min(FIRST_PAUSE_MILLIS << attempt - 1, LONGEST_PAUSE_MILLIS)));
        }
    }

    /** @param outcome null if it is worth another attempt, not sooner than the receiver wants */
    private record Attempt(Outcome outcome, String why, long wantedMillis) {}

    private Attempt attempt(byte[] body, Receiver to, String secret, Semaphore slots) throws InterruptedException {
        slots.acquire();
        try {
            return judged(send(body, to, AccessTokens.vouch(body, to.apiKey(), secret, clock.get(), TOKEN_LIFE)));
        } catch (IOException e) {
            return new Attempt(null, e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage(), 0);
        } catch (IllegalArgumentException e) { // a redirect to nowhere
            return new Attempt(new Outcome.Failed(e.getMessage()), "", 0);
        } finally {
            slots.release();
        }
    }

    private static Attempt judged(HttpResponse<Void> answer) {
        int status = answer.statusCode();
        if (status >= 200 && status < 300 || status == 303) return new Attempt(new Outcome.Taken(), "", 0);
        String why = "it answers " + status;
        boolean later = status == 429 || status >= 500 && status != 501;
        return later ? new Attempt(null, why, retryAfter(answer)) : new Attempt(new Outcome.Failed(why), "", 0);
    }

    private static long retryAfter(HttpResponse<?> answer) {
        String seconds = answer.headers().firstValue("Retry-After").orElse("");
        return seconds.matches("[0-9]{1,6}") ? Math.min(Long.parseLong(seconds) * 1_000, LONGEST_PAUSE_MILLIS) : 0;
    }

    /** Follows redirects with the same body: as a GET, which many clients make of them, the event would be lost on the way. */
    private HttpResponse<Void> send(byte[] body, Receiver to, String token) throws IOException, InterruptedException {
        URI url = to.url();
        for (int hop = 0; hop <= REDIRECTS; hop++) {
            HttpResponse<Void> answer = send(body, url, token);
            int status = answer.statusCode();
            if (status != 301 && status != 302 && status != 307 && status != 308) return answer;
            String location = answer.headers().firstValue("Location").orElse("");
            URI next = Receiver.at(url.resolve(location.strip()).toString(), to.apiKey()).url();
            if (url.getScheme().equalsIgnoreCase("https") && !next.getScheme().equalsIgnoreCase("https"))
                throw new IllegalArgumentException("it redirects from https to http");
            url = next;
        }
        throw new IllegalArgumentException("it redirects too often");
    }

    private HttpResponse<Void> send(byte[] body, URI url, String token) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(url)
                .header("Content-Type", "application/webhook+json")
                .header("User-Agent", "LiveKit")
                .header("Authorization", token)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        CompletableFuture<HttpResponse<Void>> answer = client.sendAsync(request, BodyHandlers.discarding()); // its own limit does not see bodies
        try {
            return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new IOException("it does not answer within " + patience.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            answer.cancel(true);
            throw e;
        } catch (ExecutionException e) {
            throw new IOException(words(e.getCause()), e.getCause());
        }
    }

    private static String words(Throwable cause) {
        if (cause instanceof java.net.ConnectException) return "it cannot be connected to";
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
