package io.stoa.media.plane;

import io.stoa.base.Time;

/**
 * Spends the bandwidth of one connection over its video. Everybody's lowest layer comes first, then its full motion, then whole spatial
 * layers, always by priority; tracks of one priority climb in turns. What is sent goes on while it fits; more must fit with something to
 * spare, and not soon after it did not. Numbers in, rungs out.
 */
final class BandwidthAllocator {
    /** What goes up must leave so much. */
    private static final double SPARE = 1.15;
    /** A budget so far above what is needed ends the wait. */
    private static final double FAR_ABOVE = 1.5;
    private static final long FIRST_HOLD = 2 * Time.SECOND;
    private static final long MAX_HOLD = 40 * Time.SECOND;
    /** A fall so soon after a raise was its doing. */
    private static final long BLAME = 8 * Time.SECOND;
    private static final long STABLE = 30 * Time.SECOND;

    private long hold = FIRST_HOLD;
    private long heldUntil = Time.NEVER;
    private long raisedAt = Time.NEVER;
    private long fellAt = Time.NEVER;
    private long used;
    private long wanted;

    /** What the rungs cost together. */
    long used() {
        return used;
    }

    /** How much would allow one more step, {@link #SPARE} included; 0 if there is nothing more to give. */
    long wanted() {
        return wanted;
    }

    /**
     * Sets {@link Ladder#next} of all ladders.
     *
     * @param ladders in order of falling priority
     * @param budget bits per second for video
     * @param mayPause whether a track may get nothing
     */
    void allocate(long now, Ladder[] ladders, int count, long budget, boolean mayPause) {
        boolean held = heldUntil != Time.NEVER && now - heldUntil < 0;
        used = 0;
        for (int i = 0; i < count; i++) {
            ladders[i].next = Ladder.OFF;
            if (!climb(ladders[i], budget, held) && !mayPause) take(ladders[i]);
        }
        for (int i = 0; i < count; i++) while (ladders[i].next != Ladder.OFF && ladders[i].next < ladders[i].whole() && climb(ladders[i], budget, held)) {}
        for (int from = 0; from < count; ) {
            int to = from;
            while (to < count && ladders[to].priority == ladders[from].priority) to++;
            spatial(ladders, from, to, budget, held);
            from = to;
        }
        judge(now, ladders, count);
    }

    private void spatial(Ladder[] ladders, int from, int to, long budget, boolean held) {
        for (boolean more = true; more; ) {
            more = false;
            for (int i = from; i < to; i++) if (ladders[i].next >= ladders[i].whole()) more |= climb(ladders[i], budget, held);
        }
    }

    private boolean climb(Ladder ladder, long budget, boolean held) {
        if (ladder.next + 1 >= ladder.rungs()) return false;
        boolean raise = ladder.next + 1 > ladder.current;
        double step = ladder.step(ladder.next);
        if (used + step * (raise ? SPARE : 1) > budget) return false;
        if (raise && held && !ladder.fresh && (used + step) * FAR_ABOVE > budget) return false;
        take(ladder);
        return true;
    }

    private void take(Ladder ladder) {
        used += ladder.step(ladder.next++);
    }

    private void judge(long now, Ladder[] ladders, int count) {
        boolean raised = false;
        boolean fell = false;
        wanted = 0;
        for (int i = 0; i < count; i++) {
            Ladder ladder = ladders[i];
            raised |= ladder.next > ladder.current;
            fell |= ladder.next < ladder.current;
            if (ladder.next + 1 >= ladder.rungs()) continue;
            long needs = used + (long) (ladder.step(ladder.next) * SPARE);
            if (wanted == 0 || needs < wanted) wanted = Math.max(1, needs);
        }
        if (fell) fell(now);
        else if (raised) raisedAt = now;
        if (fellAt != Time.NEVER && now - fellAt > hold + STABLE) hold = FIRST_HOLD;
    }

    private void fell(long now) {
        boolean blamed = raisedAt != Time.NEVER && now - raisedAt < BLAME;
        if (blamed) hold = Math.min(MAX_HOLD, hold * 2);
        fellAt = now;
        heldUntil = now + hold;
    }

    /** The limit was lifted from outside: what was held back because of it may come at once. */
    void release() {
        heldUntil = Time.NEVER;
    }
}
