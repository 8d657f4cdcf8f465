package io.stoa.ice;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;

/**
 * Times of an agent, all in nanoseconds.
 *
 * @param paceNanos between two new checks (Ta)
 * @param retransmitNanos first retransmission of a check
 * @param nominateAfterNanos how long at most a controlling agent waits for something better than its first valid pair
 * @param relayAfterNanos how long it waits for a direct path if its first valid pair is relayed
 * @param headStartNanos so long after checking has begun those of the client over relays are not answered: one that controls takes what answers first,
 *     and some, whatever their role, gather no further then
 * @param consentNanos between two consent checks
 * @param disconnectedNanos without an answer until DISCONNECTED
 * @param failedNanos from there to FAILED
 * @param checkingNanos without any valid pair until FAILED
 */
public record IceSettings(
        long paceNanos,
        long retransmitNanos,
        long nominateAfterNanos,
        long relayAfterNanos,
        long headStartNanos,
        long consentNanos,
        long disconnectedNanos,
        long failedNanos,
        long checkingNanos) {
    /**
     * Consent is asked for every 2 s (spec 6.3) and lasts 30 s (RFC 7675 section 5.1), the time that somebody has to change networks; after
     * 8 s without an answer whoever has no signalling either is taken for gone. (LiveKit: 10 s, and failed 5 s later, for both.)
     */
    public static final IceSettings DEFAULT =
            new IceSettings(20 * MILLI, 200 * MILLI, 50 * MILLI, SECOND, 250 * MILLI, 2 * SECOND, 8 * SECOND, 22 * SECOND, 30 * SECOND);
}
