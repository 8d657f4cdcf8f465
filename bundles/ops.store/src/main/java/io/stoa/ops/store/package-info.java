/**
 * Which store is in charge of the durable records (egress, ingress, SIP, agents), and how another one takes over.
 *
 * <p>{@code store.kind} names the one that is wanted. {@code StoreMover} puts it in charge as soon as it has the records:
 * those of the store that was in charge, or, at the start, of each other store that says of itself that it has the latest. They are
 * copied while nobody is in charge, so that no write is lost between, and counted. Each store remembers who has the latest records, so
 * none is copied twice, and none that is behind is put in charge again as if nothing had happened.
 *
 * <p>A copy that fails leaves the old store in charge, says so, and is tried again. Where the old store is not there nobody is in charge,
 * and what needs its records answers <i>unavailable</i>, unless {@code store.empty_start} says that an empty start is meant.
 *
 * <p>One virtual thread does all this, {@link io.stoa.ops.store.StoreKeeper} posts to it. Start reading with the mover.
 */
package io.stoa.ops.store;
