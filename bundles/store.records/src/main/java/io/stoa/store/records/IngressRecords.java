package io.stoa.store.records;

import io.stoa.protocol.livekit.IngressInfo;
import io.stoa.protocol.livekit.IngressState;
import io.stoa.store.IngressStore;
import io.stoa.store.StoreException;
import io.stoa.store.records.DurableRecords.Kind;
import io.stoa.store.records.Hashes.Change;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Ingresses, their states and their stream keys in three hashes that this process has for itself. */
public final class IngressRecords implements IngressStore {
    public static final Codec<IngressInfo> INGRESSES = new Codec<>("ingress", IngressInfo.parser());
    public static final Codec<IngressState> STATES = new Codec<>("ingress_state", IngressState.parser());
    private static final String STREAM_KEYS = "{ingress}_stream_key";

    private final Hashes hashes;

    public IngressRecords(Hashes hashes) {
        this.hashes = hashes;
    }

    public List<Kind> kinds() {
        return List.of(
                new Kind(INGRESSES.kind(), () -> hashes.all(INGRESSES.kind()), (id, bytes) -> put(INGRESSES.read(id, bytes)), this::delete),
                new Kind(STATES.kind(), () -> hashes.all(STATES.kind()), (id, bytes) -> keep(id, STATES.read(id, bytes)),
                        id -> hashes.write(List.of(new Change.Remove(STATES.kind(), id)))));
    }

    @Override
    public synchronized void put(IngressInfo info) throws StoreException {
        String id = info.getIngressId();
        List<Change> changes = new ArrayList<>();
        changes.add(new Change.Put(INGRESSES.kind(), id, info.toBuilder().clearState().build().toByteArray()));
        if (!info.getStreamKey().isEmpty()) changes.add(new Change.Put(STREAM_KEYS, info.getStreamKey(), id.getBytes(StandardCharsets.UTF_8)));
        if (hashes.get(STATES.kind(), id).isEmpty()) changes.add(new Change.Put(STATES.kind(), id, new byte[0]));
        hashes.write(changes);
    }

    @Override
    public synchronized Optional<IngressState> putState(String id, IngressState state) throws StoreException, StaleStateException {
        Optional<IngressState> before = STATES.get(hashes, STATES.kind(), id);
        if (before.isPresent()) checkFresh(id, before.get(), state);
        keep(id, state);
        return before;
    }

    private synchronized void keep(String id, IngressState state) throws StoreException {
        hashes.write(List.of(new Change.Put(STATES.kind(), id, state.toByteArray())));
    }

    /** Spec 7.2. */
    public static void checkFresh(String id, IngressState before, IngressState state) throws StaleStateException {
        if (state.getStartedAt() < before.getStartedAt()) throw new StaleStateException("ingress " + id + " has begun a later session", true);
        if (state.getStartedAt() == before.getStartedAt() && state.getUpdatedAt() < before.getUpdatedAt())
            throw new StaleStateException("ingress " + id + " has reported a later state", false);
    }

    @Override
    public Optional<IngressInfo> ingress(String id) throws StoreException {
        Optional<IngressInfo> info = INGRESSES.get(hashes, INGRESSES.kind(), id);
        return info.isEmpty() ? info : Optional.of(withState(info.get()));
    }

    private IngressInfo withState(IngressInfo info) throws StoreException {
        Optional<IngressState> state = STATES.get(hashes, STATES.kind(), info.getIngressId());
        return state.isEmpty() ? info : info.toBuilder().setState(state.get()).build();
    }

    @Override
    public Optional<IngressInfo> ingressByStreamKey(String streamKey) throws StoreException {
        Optional<byte[]> id = hashes.get(STREAM_KEYS, streamKey);
        return id.isEmpty() ? Optional.empty() : ingress(new String(id.get(), StandardCharsets.UTF_8));
    }

    @Override
    public List<IngressInfo> ingresses(String roomName) throws StoreException {
        List<IngressInfo> found = new ArrayList<>();
        for (IngressInfo info : INGRESSES.all(hashes, INGRESSES.kind()))
            if (roomName.isEmpty() || info.getRoomName().equals(roomName)) found.add(withState(info));
        return found;
    }

    @Override
    public synchronized void delete(String id) throws StoreException {
        Optional<IngressInfo> info = INGRESSES.get(hashes, INGRESSES.kind(), id);
        List<Change> changes = new ArrayList<>();
        info.map(IngressInfo::getStreamKey).filter(key -> !key.isEmpty()).ifPresent(key -> changes.add(new Change.Remove(STREAM_KEYS, key)));
        changes.add(new Change.Remove(INGRESSES.kind(), id));
        changes.add(new Change.Remove(STATES.kind(), id));
        hashes.write(changes);
    }
}
