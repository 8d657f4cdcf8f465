/**
 * The cluster as Redis knows it, in LiveKit's keys (spec 7.2): {@code RedisNodeRegistry} writes this node into the
 * hash {@code nodes} every two seconds and reads who else is alive, {@code RedisRouter} keeps {@code room_node_map}.
 * {@link io.stoa.cluster.redis.RedisCluster} offers both as long as Redis is configured; they take over from the ones of a single node ({@code cluster}), whose node they publish.
 *
 * <p>While Redis is away, what is asked about others is answered with {@code UNAVAILABLE}; rooms that live here need nobody's answer.
 * When it is back, empty or not, this node is written again with the next beat, and whoever has rooms routes them again.
 */
package io.stoa.cluster.redis;
