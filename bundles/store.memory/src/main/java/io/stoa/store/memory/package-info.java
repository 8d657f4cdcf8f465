/**
 * The stores in memory: what a server without any other store uses. The lowest ranking for rooms, so that every other provider wins; the
 * durable ones only while memory is in charge, which is for development: nothing survives the end of the process. When this bundle is
 * replaced, owners publish presence again, and durable records go to the successor ({@link io.stoa.store.memory.MemoryKeeper}).
 *
 * <p>Records are immutable messages, so rooms are kept and handed out as they are; the others are kept as the bytes that other stores
 * keep. One lock guards each map: operations are a few accesses, and the answers of a caller are consistent among each other.
 */
package io.stoa.store.memory;
