package io.stoa.rpc.psrpc;

import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A virtual thread per request, up to a number of them. */
final class Workers {
    private static final Logger LOG = LoggerFactory.getLogger(Workers.class);
    static final int MOST = 10_000;

    private final Semaphore free = new Semaphore(MOST);
    private final RpcDrops drops;

    Workers(RpcDrops drops) {
        this.drops = drops;
    }

    /** @return false if there are too many, which is counted */
    boolean run(Runnable task) {
        if (!free.tryAcquire()) {
            drops.count(RpcDrop.OVERLOADED);
            return false;
        }
        Thread.ofVirtual().name("rpc").start(() -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.error("a bug in the handling of a request", e);
            } finally {
                free.release();
            }
        });
        return true;
    }

    int busy() {
        return MOST - free.availablePermits();
    }
}
