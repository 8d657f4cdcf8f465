package io.stoa.ops.store;

import io.stoa.store.DurableStore;
import io.stoa.store.StoreException;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts the wanted store in charge once it has the records. For one thread. */
final class StoreMover {
    /** Its records end with the process: it has none from before, and takes some over only from a store that it is to follow. */
    static final String MEMORY = "memory";

    private static final Logger LOG = LoggerFactory.getLogger(StoreMover.class);

    private final Charges charges;
    private String inCharge = "";
    private String said = "";

    /** Who is in charge: one or nobody. */
    interface Charges {
        void grant(String store);

        /** Returns when the store that was in charge has done what was under way, and does nothing more. */
        void withdraw();
    }

    StoreMover(Charges charges) {
        this.charges = charges;
    }

    boolean settle(String kind, boolean emptyStart, Map<String, DurableStore> stores) {
        return settle(kind, emptyStart, stores, false);
    }

    /**
     * @param kind the name of the store that is wanted
     * @param emptyStart whether it may begin without the records of a store that is not there
     * @param stores those that are there, by name
     * @param quietly whether nobody need be told if it is not
     * @return whether all is as it is wanted; if not, another try may help
     */
    boolean settle(String kind, boolean emptyStart, Map<String, DurableStore> stores, boolean quietly) {
        try {
            if (kind.equals(MEMORY) && inCharge.isEmpty()) begin(stores);
            else if (!kind.equals(MEMORY) || !inCharge.equals(MEMORY)) settle(new Move(kind, emptyStart, stores));
            say("");
            return true;
        } catch (StoreException e) {
            if (!quietly) say(e.getMessage());
            return false;
        }
    }

    private void begin(Map<String, DurableStore> stores) throws StoreException {
        if (!stores.containsKey(MEMORY)) throw new StoreException("the store memory is not there");
        grant(MEMORY);
    }

    private void settle(Move move) throws StoreException {
        move.find(inCharge);
        if (inCharge.equals(move.to())) {
            move.run();
            return;
        }
        String before = inCharge;
        try {
            move.begin();
            if (!before.isEmpty()) withdraw();
            move.run();
        } catch (StoreException e) {
            String old = before.isEmpty() ? move.first() : before;
            if (inCharge.isEmpty() && !old.isEmpty()) grant(old);
            String stays = inCharge.isEmpty() ? "nobody is in charge" : inCharge + " stays in charge";
            throw new StoreException("the store " + move.to() + " does not take over, " + stays + ": " + e.getMessage(), e);
        }
        grant(move.to());
        if (move.to().equals(MEMORY)) LOG.warn("durable records: the store memory has them, and loses them with the end of the process");
    }

    private void grant(String store) {
        charges.grant(store);
        inCharge = store;
    }

    private void withdraw() {
        charges.withdraw();
        inCharge = "";
    }

    private void say(String reason) {
        if (!reason.isEmpty() && !reason.equals(said)) LOG.warn("durable records: {}", reason);
        said = reason;
    }
}
