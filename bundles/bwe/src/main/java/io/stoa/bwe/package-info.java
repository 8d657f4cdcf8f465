/**
 * Bandwidth estimation in numbers: sizes, sequence numbers and times, never packets.
 *
 * <p>Two sides of one protocol. {@link io.stoa.bwe.TransportFeedback} is what a receiver tells a sender so that the sender can estimate
 * (publishers ramp up by it). {@link io.stoa.bwe.SendSideEstimator} is what this server, as the sender, makes of what its subscribers
 * tell (draft-ietf-rmcat-gcc-02 and what has become of it): {@code DelayTrend} sees a queue grow, {@code RateControl} goes down to what
 * arrives and up again, {@code StandingQueue} tells where that helps nobody since others fill the queue, {@code LossBound} follows losses
 * as far as they follow the rate, {@code ProbeMeter} finds out whether more would go. Machines of the usual kind: single-threaded, time is
 * an argument, nothing is allocated per packet.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.1.0")
package io.stoa.bwe;
