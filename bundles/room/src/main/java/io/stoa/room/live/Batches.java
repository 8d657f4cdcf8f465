package io.stoa.room.live;

import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Messages in groups of about a size ({@code room.update_batch_target_size}, spec 5.4). */
final class Batches {
    private Batches() {}

    /** @param targetBytes of a group, which is more only where one message alone is; 0 = all in one */
    static <T extends Message> List<List<T>> of(Collection<T> all, int targetBytes) {
        if (all.isEmpty()) return List.of();
        if (targetBytes <= 0) return List.of(List.copyOf(all));
        List<List<T>> batches = new ArrayList<>();
        List<T> batch = new ArrayList<>();
        long bytes = 0;
        for (T message : all) {
            int size = message.getSerializedSize();
            if (!batch.isEmpty() && bytes + size > targetBytes) {
                batches.add(batch);
                batch = new ArrayList<>();
                bytes = 0;
            }
            batch.add(message);
            bytes += size;
        }
        batches.add(batch);
        return batches;
    }
}
