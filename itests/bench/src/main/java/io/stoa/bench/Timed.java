package io.stoa.bench;

import io.stoa.base.Time;

/** Something that the loop wakes. */
abstract class Timed {
    /** The deadline that the loop knows; others in its queue are stale. */
    long armedAt = Time.NEVER;

    abstract void wake(long now);

    abstract long nextWake();
}
