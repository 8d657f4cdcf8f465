/**
 * Bandwidth estimation in numbers: sizes, sequence numbers and times, never packets.
 *
 * <p>Today: {@link io.stoa.bwe.TransportFeedback}, what a receiver tells a sender so that the sender can estimate (publishers ramp up by
 * it). Estimation for subscribers gets its home here.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.stoa.bwe;
