package io.stoa.rpc;

import java.time.Duration;

/**
 * How long a caller waits for a server that is fitter.
 *
 * @param limit for the first claim
 * @param afterFirst once somebody has claimed
 * @param enough affinity with which nobody is waited for; 0 = none
 */
public record Selection(Duration limit, Duration afterFirst, float enough) {
    /** Of whoever claims first. */
    public static final Selection FIRST = new Selection(Duration.ofSeconds(1), Duration.ZERO, 0);
    /** Of the fittest (spec 7.4). */
    public static final Selection FITTEST = new Selection(Duration.ofSeconds(1), Duration.ofMillis(200), 0);
}
