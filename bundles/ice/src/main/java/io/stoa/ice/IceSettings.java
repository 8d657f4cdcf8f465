package io.stoa.ice;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;

/**
 * Times of an agent, all in nanoseconds.
 *
 * @param paceNanos between two new checks (Ta)
 * @param retransmitNanos first retransmission of a check
 * @param nominateAfterNanos how long a controlling agent waits for something better than its first valid pair
 * @param consentNanos between two consent checks
 * @param disconnectedNanos without an answer until DISCONNECTED
 * @param failedNanos from there to FAILED
 * @param checkingNanos without any valid pair until FAILED
 */
public record IceSettings(
        long paceNanos,
        long retransmitNanos,
        long nominateAfterNanos,
        long consentNanos,
        long disconnectedNanos,
        long failedNanos,
        long checkingNanos) {
    /** Spec 6.3: disconnected after 10 s, failed 5 s later, keep-alive every 2 s. */
    public static final IceSettings DEFAULT =
            new IceSettings(20 * MILLI, 200 * MILLI, 50 * MILLI, 2 * SECOND, 10 * SECOND, 5 * SECOND, 30 * SECOND);
}
