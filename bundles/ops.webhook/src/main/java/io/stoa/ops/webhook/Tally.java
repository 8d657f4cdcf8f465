package io.stoa.ops.webhook;

import io.stoa.metrics.CounterFamily;
import io.stoa.metrics.HistogramFamily;
import io.stoa.metrics.Metric;
import java.util.List;
import java.util.Map;

/** How events ended, and how long queues were when one was added (spec 12). Any thread. */
final class Tally {
    /** Why an event was not even sent; the words are LiveKit's where it has the same reason. */
    enum Reason {
        QUEUE_FULL("queue is full"),
        TOO_OLD("age"),
        NO_KEY("no signing key"),
        NO_ADDRESS("unusable url"),
        STOPPED("queue is closed");

        private final String words;

        Reason(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    private final CounterFamily ended = new CounterFamily("livekit_webhook_dispatch_total", "Webhooks by how they ended.", "status", "reason");
    private final HistogramFamily lengths = new HistogramFamily("livekit_webhook_queue_length", "Webhooks that waited with one that was added, itself included.",
            List.of(1.0, 2.0, 3.0, 4.0, 5.0, 10.0, 20.0, 40.0, 80.0));

    void taken() {
        ended.count("success", "");
    }

    void failed() {
        ended.count("failure", "");
    }

    void dropped(Reason reason) {
        ended.count("drop", reason.words());
    }

    void queued(int length) {
        lengths.observe(length);
    }

    long takenTotal() {
        return ended.get("success", "");
    }

    long droppedTotal(Reason reason) {
        return ended.get("drop", reason.words());
    }

    /** @param lost of those that nobody took */
    List<Metric> metrics(int waiting, long lost) {
        return List.of(
                ended.metric(),
                lengths.metric(),
                Metric.gauge("stoa_webhooks_waiting", "Webhooks on their way, once for each receiver.", Map.of(), waiting),
                Metric.counter("stoa_webhooks_lost_total", "Events that were lost because no bundle sent webhooks for too long.", Map.of(), lost));
    }
}
