package io.stoa.rpc;

import java.time.Duration;
import java.util.Map;

/**
 * How a call is made. A further attempt follows where nobody claimed or answered.
 *
 * @param timeout of the first attempt, from the request to the answer; also of each message of a stream
 * @param attempts at most
 * @param backoff by which each further attempt has more time
 * @param metadata for the server
 */
public record CallOptions(Duration timeout, int attempts, Duration backoff, Map<String, String> metadata) {
    public CallOptions {
        if (timeout.isNegative() || timeout.isZero()) throw new IllegalArgumentException("a timeout of " + timeout);
        if (attempts < 1) throw new IllegalArgumentException(attempts + " attempts");
        metadata = Map.copyOf(metadata);
    }

    /** One attempt. */
    public static CallOptions within(Duration timeout) {
        return new CallOptions(timeout, 1, Duration.ZERO, Map.of());
    }

    public CallOptions withTimeout(Duration other) {
        return new CallOptions(other, attempts, backoff, metadata);
    }

    public CallOptions withMetadata(Map<String, String> other) {
        return new CallOptions(timeout, attempts, backoff, other);
    }
}
