package io.stoa.store.records;

import io.stoa.store.StoreException;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.osgi.annotation.versioning.ConsumerType;

/** Open while a provider is in charge. Closing waits for what is under way; whoever comes later is told that another store took over. */
public final class Gate {
    private final String store;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private boolean closed;

    /** @param store its name, for the message */
    public Gate(String store) {
        this.store = store;
    }

    @ConsumerType
    public interface Operation<T> {
        T run() throws StoreException;
    }

    public <T> T within(Operation<T> operation) throws StoreException {
        lock.readLock().lock();
        try {
            if (closed) throw new StoreException("the store " + store + " is no longer in charge");
            return operation.run();
        } finally {
            lock.readLock().unlock();
        }
    }

    public void close() {
        lock.writeLock().lock();
        closed = true;
        lock.writeLock().unlock();
    }
}
