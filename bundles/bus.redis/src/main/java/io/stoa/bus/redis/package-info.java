/**
 * The message bus on Redis, as LiveKit's nodes and workers use it: channels are Redis' channels, and of a queue, everybody is told, and who
 * is first to set a key made of the message has it ({@link io.stoa.bus.redis.RedisMessageBus}).
 *
 * <p>{@link io.stoa.bus.redis.RedisBuses} offers one for each connection to Redis, above the one inside the process. While Redis is away
 * it stays, and says that it cannot: a node that is configured for a cluster does not take itself for all of it.
 */
package io.stoa.bus.redis;
