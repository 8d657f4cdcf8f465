package io.stoa.store.records;

import io.stoa.protocol.livekit.EgressInfo;
import io.stoa.protocol.livekit.EgressStatus;
import io.stoa.store.EgressStore;
import io.stoa.store.StoreException;
import io.stoa.store.records.DurableRecords.Kind;
import io.stoa.store.records.Hashes.Change;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Egresses in one hash that this process has for itself. */
public final class EgressRecords implements EgressStore {
    public static final Codec<EgressInfo> EGRESSES = new Codec<>("egress", EgressInfo.parser());
    /** How long an ended one can be asked for. */
    public static final long KEPT_NANOS = Duration.ofHours(24).toNanos();

    private final Hashes hashes;

    public EgressRecords(Hashes hashes) {
        this.hashes = hashes;
    }

    public List<Kind> kinds() {
        return List.of(new Kind(EGRESSES.kind(), () -> hashes.all(EGRESSES.kind()), (id, bytes) -> put(EGRESSES.read(id, bytes)), this::remove));
    }

    @Override
    public synchronized boolean create(EgressInfo info) throws StoreException {
        if (egress(info.getEgressId()).isPresent()) return false;
        put(info);
        return true;
    }

    @Override
    public synchronized void put(EgressInfo info) throws StoreException {
        hashes.write(List.of(new Change.Put(EGRESSES.kind(), info.getEgressId(), info.toByteArray())));
    }

    @Override
    public Optional<EgressInfo> egress(String id) throws StoreException {
        return EGRESSES.get(hashes, EGRESSES.kind(), id);
    }

    @Override
    public List<EgressInfo> egresses(String roomName, boolean activeOnly) throws StoreException {
        return EGRESSES.all(hashes, EGRESSES.kind()).stream()
                .filter(info -> roomName.isEmpty() || info.getRoomName().equals(roomName))
                .filter(info -> !activeOnly || active(info))
                .toList();
    }

    @Override
    public synchronized void sweep(long now) throws StoreException {
        List<Change> gone = new ArrayList<>();
        for (EgressInfo info : EGRESSES.all(hashes, EGRESSES.kind()))
            if (info.getEndedAt() != 0 && expired(info.getEndedAt(), now)) gone.add(new Change.Remove(EGRESSES.kind(), info.getEgressId()));
        if (!gone.isEmpty()) hashes.write(gone);
    }

    private synchronized void remove(String id) throws StoreException {
        hashes.write(List.of(new Change.Remove(EGRESSES.kind(), id)));
    }

    /** Starting, active, ending; not what has an outcome. */
    public static boolean active(EgressInfo info) {
        return info.getStatusValue() < EgressStatus.EGRESS_COMPLETE_VALUE;
    }

    public static boolean expired(long endedAt, long now) {
        return endedAt < now - KEPT_NANOS;
    }
}
