package io.stoa.service.agent;

/** The one thread on which everything about agents happens, one thing after the other, and its clock. */
interface Desk {
    void post(Runnable task);

    void after(long millis, Runnable task);

    /** Unix time. */
    long millis();

    default long unixNanos() {
        return millis() * 1_000_000;
    }
}
