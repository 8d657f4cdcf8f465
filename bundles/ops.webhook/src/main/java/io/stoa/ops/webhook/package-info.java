/**
 * Webhooks (spec 10): what happens in rooms and with egresses, ingresses and jobs of agents is told to receivers over HTTP.
 *
 * <p>Events come from {@link io.stoa.room.EventLine}, which keeps them while this bundle is replaced. {@link io.stoa.ops.webhook.Webhooks}
 * is the component; {@link io.stoa.ops.webhook.Addressees} says who is to have an event; {@link io.stoa.ops.webhook.Deliveries} keeps a queue
 * per receiver and resource (a room, an egress, an ingress, a job): within one, events arrive in their order, and no resource waits for
 * another. Each queue that holds something has a virtual thread, on which {@link io.stoa.ops.webhook.Courier} brings one event after the
 * other: JSON, signed by a token over its SHA-256, five attempts with growing pauses where the receiver cannot be reached or says that it
 * will be better later.
 *
 * <p>An event counts once, by how it ended: taken (2xx, 303), failed (refused by another answer, or not reached in five attempts), or dropped
 * with a reason: too old, the queue full, no key to sign with, no usable address. A receiver that is slow is asked in at most 64 requests at a
 * time. Nothing here is waited for by rooms.
 *
 * <p>When the bundle goes, what is under way has two seconds to arrive; the rest goes back to the line for the next one, with the
 * receivers that have it already. When the server stops, everything has five seconds.
 *
 * <p>An event may arrive twice (its receiver took it, but nobody heard); its {@code id} is the same then. The log says once per receiver that
 * it does not take webhooks, and once that it does again.
 */
package io.stoa.ops.webhook;
