/**
 * The connection to Redis: {@link io.stoa.redis.RedisConnection}, a service that is there while {@code redis.address}, Sentinels or a
 * cluster are configured.
 *
 * <p>It is Lettuce's connection, held by a thread of our own ({@code io.stoa.redis.client.HeldConnection}): it connects, asks every few
 * seconds whether both ends still answer, and when not, begins anew, waiting longer each time. In between nothing is queued: what is
 * asked of a Redis that is away fails at once, with a reason, and one line in the log says that it is away, one that it is back.
 *
 * <p>Where the settings change, the next connection is opened first; its service comes before the old one goes. So whoever must treat
 * another Redis as another (a store copies, a bus subscribes again) sees another service, and never none. Secrets come from
 * {@link io.stoa.auth.Secrets} at each connecting.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.stoa.redis;
