package io.stoa.store;

import io.stoa.protocol.livekit.IngressInfo;
import io.stoa.protocol.livekit.IngressState;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** Ingresses by id and by stream key. Their state is kept apart from what was configured (spec 7.2); answers hold both. */
@ProviderType
public interface IngressStore {
    /** Stores what was configured; a state in it is left out, the stored one stays. The room may change, the stream key may not. */
    void put(IngressInfo info) throws StoreException;

    /**
     * @return what was stored before; empty if nothing was
     * @throws StaleStateException if the stored state belongs to a later session, or to this one at a later time (spec 7.2)
     */
    Optional<IngressState> putState(String id, IngressState state) throws StoreException, StaleStateException;

    Optional<IngressInfo> ingress(String id) throws StoreException;

    Optional<IngressInfo> ingressByStreamKey(String streamKey) throws StoreException;

    /** @param roomName empty for all rooms */
    List<IngressInfo> ingresses(String roomName) throws StoreException;

    /** With its state and its stream key; an unknown one is fine. */
    void delete(String id) throws StoreException;

    /** A report that was overtaken by a later one; nothing was stored. */
    final class StaleStateException extends Exception {
        private static final long serialVersionUID = 1;
        private final boolean laterSession;

        /** @param laterSession a session that began later was reported; else only a later state of this one */
        public StaleStateException(String message, boolean laterSession) {
            super(message);
            this.laterSession = laterSession;
        }

        public boolean laterSession() {
            return laterSession;
        }
    }
}
