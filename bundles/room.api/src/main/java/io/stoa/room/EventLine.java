package io.stoa.room;

import io.stoa.protocol.livekit.WebhookEvent;
import java.util.List;
import java.util.Set;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What has happened, on its way to who tells the world outside ({@code ops.webhook}). At most one teller is in charge; a second one that
 * has started waits for the first to leave. Stays while tellers are replaced: what happens meanwhile waits here, with what the one before
 * has not told yet. Nothing waits before the first one came. Any thread; never blocks.
 */
@ProviderType
public interface EventLine {
    /**
     * A teller takes its place in the line. If nobody is in charge, it is at once.
     *
     * @param inCharge it is already: it lives longer than this service
     */
    void enter(Teller teller, boolean inCharge);

    /** A teller is about to leave: it is given nothing more, what happens waits. */
    void hold(Teller teller);

    /**
     * A teller leaves the line. If it was in charge, the next one is, now or when it comes.
     *
     * @param untold what it has not told to everybody; of no meaning unless it was in charge
     */
    void leave(Teller teller, List<Event> untold);

    /** How many events were lost here because nobody took them for too long. */
    long lost();

    /** Called in the order of what happened. Must not block. */
    @ConsumerType
    interface Teller {
        /** It is in charge from now on, of these events first of all. Called once. */
        void takeCharge(List<Event> waiting);

        void take(Event event);
    }

    /**
     * @param atNanos when it happened, of the monotonic clock; no two events have the same
     * @param event complete: room, participant and track as they were
     * @param told which URLs have it, or will not get it
     */
    record Event(long atNanos, WebhookEvent event, Set<String> told) {}
}
