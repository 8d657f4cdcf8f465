package io.stoa.store.redis;

import static io.stoa.store.redis.Conversation.bytes;
import static io.stoa.store.redis.Conversation.text;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanArgs;
import io.stoa.store.StoreException;
import io.stoa.store.records.Hashes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Redis's own hashes. Several changes are in order, but not all or nothing: in a cluster they are on several nodes. */
final class RedisHashes implements Hashes {
    private static final int PER_SCAN = 1_000;

    private final Conversation redis;

    RedisHashes(Conversation redis) {
        this.redis = redis;
    }

    @Override
    public Optional<byte[]> get(String hash, String field) throws StoreException {
        return Optional.ofNullable(redis.ask(commands -> commands.hget(bytes(hash), bytes(field))));
    }

    @Override
    public Map<String, byte[]> all(String hash) throws StoreException {
        Map<String, byte[]> fields = new LinkedHashMap<>();
        redis.ask(commands -> commands.hgetall(bytes(hash))).forEach((field, value) -> fields.put(text(field), value));
        return fields;
    }

    @Override
    public List<String> names(String prefix) throws StoreException {
        ScanArgs wanted = ScanArgs.Builder.matches(prefix + "*").limit(PER_SCAN);
        TreeSet<String> names = new TreeSet<>(); // a scan may name one twice
        KeyScanCursor<byte[]> page = redis.ask(commands -> commands.scan(wanted));
        while (true) {
            page.getKeys().forEach(key -> names.add(text(key)));
            if (page.isFinished()) return List.copyOf(names);
            KeyScanCursor<byte[]> last = page;
            page = redis.ask(commands -> commands.scan(last, wanted));
        }
    }

    @Override
    public long write(List<Change> changes) throws StoreException {
        List<Conversation.Question<Long>> questions = new ArrayList<>();
        for (Change change : changes) questions.add(question(change));
        return redis.<Long>askAll(questions).stream().mapToLong(Long::longValue).sum();
    }

    private static Conversation.Question<Long> question(Change change) {
        return switch (change) {
            case Change.Put(var hash, var field, var value) ->
                commands -> commands.hset(bytes(hash), bytes(field), value).thenApply(isNew -> isNew ? 1L : 0L);
            case Change.Remove(var hash, var field) -> commands -> commands.hdel(bytes(hash), bytes(field));
            case Change.Drop(var hash) -> commands -> commands.del(bytes(hash)).thenApply(dropped -> 0L);
        };
    }
}
