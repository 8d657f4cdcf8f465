package io.stoa.store;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Whose turn it is among providers of one name that keep records in this process only, and what the one before has left. At most one has
 * its turn; a second one that has started waits for the first to leave. Stays while providers are replaced. Any thread; never blocks.
 */
@ProviderType
public interface RecordLine {
    /**
     * A provider takes its place in the line of its name. If nobody is there, it has its turn at once.
     *
     * @param already it has its turn: it lives longer than this service
     */
    void enter(Keeper keeper, boolean already);

    /**
     * A provider leaves the line. If it had its turn, the next one has it, now or when it comes.
     *
     * @param records that are to go on; of no meaning unless it had its turn
     */
    void leave(Keeper keeper, List<DurableRecord> records);

    /** Of a provider. Must not block, nor leave the line while it is called. */
    @ConsumerType
    interface Keeper {
        /** Of a store its property {@link StoreCharge#STORE}; of others their name. */
        String store();

        /** It has its turn from now on, with these records first of all. Called once. */
        void take(List<DurableRecord> records);
    }
}
