package io.stoa.room.live;

import io.stoa.protocol.livekit.DataBlob;
import io.stoa.protocol.livekit.DataBlobKey;
import io.stoa.protocol.livekit.RequestResponse.Reason;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Small blobs that a participant leaves for others to fetch (spec 4.4, requests 22 and 23). */
final class DataBlobs {
    private final Map<DataBlobKey, DataBlob> blobs = new LinkedHashMap<>();

    /**
     * @param maxKeyLength in bytes of the key, 0 = unlimited
     * @param maxBytes of all keys and contents together, 0 = unlimited
     * @return null if it was stored, else why not
     */
    Reason store(DataBlob blob, int maxKeyLength, int maxBytes) {
        DataBlobKey key = blob.getKey();
        if (blob.getContents().isEmpty() || length(key) == 0 || maxKeyLength > 0 && length(key) > maxKeyLength) return Reason.INVALID_REQUEST;
        int others = blobs.values().stream().filter(b -> !b.getKey().equals(key)).mapToInt(DataBlobs::bytes).sum();
        if (maxBytes > 0 && others + bytes(blob) > maxBytes) return Reason.LIMIT_EXCEEDED;
        blobs.put(key, blob);
        return null;
    }

    private static int length(DataBlobKey key) {
        return switch (key.getKeyCase()) {
            case GENERIC -> Member.bytes(key.getGeneric());
            case SCHEMA_ID -> Member.bytes(key.getSchemaId().getName());
            case KEY_NOT_SET -> 0;
        };
    }

    private static int bytes(DataBlob blob) {
        return blob.getContents().size() + blob.getKey().getSerializedSize();
    }

    Collection<DataBlob> all() {
        return blobs.values();
    }

    void restore(List<DataBlob> all) {
        for (DataBlob blob : all) blobs.put(blob.getKey(), blob);
    }

    /** @return null if there is none */
    DataBlob get(DataBlobKey key) {
        return blobs.get(key);
    }
}
