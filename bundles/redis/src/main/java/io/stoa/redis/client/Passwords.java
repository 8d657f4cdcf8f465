package io.stoa.redis.client;

/** Asked at each connecting. Empty = none. */
interface Passwords {
    String redis();

    String sentinel();
}
