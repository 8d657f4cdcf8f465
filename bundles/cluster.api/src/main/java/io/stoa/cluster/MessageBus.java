package io.stoa.cluster;

import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Channels by name. Messages of one publisher on one channel arrive in their order, at most once, at everybody who was subscribed when
 * they were published.
 */
@ProviderType
public interface MessageBus {
    void publish(String channel, byte[] message) throws ClusterException;

    /** Returns when the subscription is in force: an answer to something published afterwards cannot be missed. */
    Subscription subscribe(String channel, Subscriber subscriber) throws ClusterException;

    /**
     * Like {@link #subscribe}, but each message goes to one of the queue's subscribers only.
     */
    Subscription subscribeQueue(String channel, Subscriber subscriber) throws ClusterException;

    /** Whether anybody is subscribed to the channel just now, on whatever node. True where that cannot be known. */
    boolean hasSubscribers(String channel) throws ClusterException;

    /** Called in order per subscription, on a virtual thread; a slow one delays only itself. */
    @ConsumerType
    @FunctionalInterface
    interface Subscriber {
        void message(byte[] message);
    }

    interface Subscription extends AutoCloseable {
        /** No call begins after this returns. */
        @Override
        void close();
    }
}
