/**
 * The stores in Redis, in LiveKit's key layout to the byte (spec 7.2): official egress, ingress and SIP workers, other nodes and operators'
 * tools read the same records. One hash of ours is beside them, {@code stoa_store}, which remembers which store has the latest records.
 *
 * <p>All questions go through {@code Conversation}: it waits on the caller's (virtual) thread, and turns what Redis does
 * not answer into the store's failure, so there is no wrong empty list. Nothing is cached.
 *
 * <p>Different from LiveKit where that cannot be seen from outside: what it does between WATCH and EXEC is a script that acts only if the
 * record is still as it was read, since the connection is shared; an egress that is put is in its room's set even if it was not created
 * here; rooms whose name has a bar in it are swept, too.
 *
 * <p>No threads but one, for a moment, when Redis is back ({@code OfferedStores}). Start reading with {@code RedisRoomStore}, then
 * {@code RedisIngresses}.
 */
package io.stoa.store.redis;
