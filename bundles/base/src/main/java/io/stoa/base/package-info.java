/**
 * The vocabulary that every other bundle speaks: identifiers, transport addresses and flows, big-endian bytes, counters, and the
 * names of all reasons for which a packet is dropped.
 *
 * <p>Nothing here owns a thread, opens a socket or reads a clock. Time is always an argument: monotonic nanoseconds, read once per
 * loop turn by whoever drives the machine, compared by subtraction ({@link io.stoa.base.Time}). Randomness comes from an injected
 * {@link java.util.random.RandomGenerator}, so that scenarios repeat by seed.
 *
 * <p>Start reading at {@link io.stoa.base.Flow}, the path of a datagram, and {@link io.stoa.base.Drop}, what can happen to it.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.3.0")
package io.stoa.base;
