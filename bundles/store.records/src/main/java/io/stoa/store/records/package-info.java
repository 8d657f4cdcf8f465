/**
 * What the providers of the durable stores have in common. A provider offers {@link io.stoa.store.records.Hashes}: fields with bytes in
 * named hashes, as Redis has them, and by the names that LiveKit gives them (spec 7.2). Everything that follows from the meaning of a
 * record is here, once: which part of it is stored, what a trunk of the old kind is found as, which report of a state is too late.
 *
 * <p>{@link io.stoa.store.records.SipRecords} and {@link io.stoa.store.records.AgentRecords} need hashes and nothing else, and stand over
 * each of them. {@link io.stoa.store.records.EgressRecords} and {@link io.stoa.store.records.IngressRecords} are for hashes that one process
 * has for itself: they read before they write, under a lock of their own. Redis, which many share, has its own.
 *
 * <p>{@link io.stoa.store.records.DurableRecords} is the side from which records are copied. {@link
 * io.stoa.store.records.ChargedStores} offers a provider's contracts while it is in charge, and {@link io.stoa.store.records.Gate} ends what it
 * could write afterwards.
 *
 * <p>No threads, no state but locks. Start reading with {@code Hashes}, then {@code SipRecords}.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.stoa.store.records;
