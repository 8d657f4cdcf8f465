package io.stoa.media.plane;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for loops that are to let go of something. */
final class Barrier {
    private static final Logger LOG = LoggerFactory.getLogger(Barrier.class);
    private static final long MILLIS = 2_000;

    private Barrier() {}

    /** Until every loop has done what was posted to it before; bounded. */
    static void await(List<MediaLoop> loops, String what) {
        CountDownLatch done = new CountDownLatch(loops.size());
        for (MediaLoop loop : loops) loop.post(done::countDown);
        await(done, what);
    }

    static void await(CountDownLatch done, String what) {
        try {
            if (!done.await(MILLIS, TimeUnit.MILLISECONDS)) LOG.warn("a media loop did not let go of {} within {} ms", what, MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
