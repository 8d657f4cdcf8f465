package io.stoa.store.redis;

import static io.stoa.store.redis.Conversation.bytes;
import static io.stoa.store.redis.Conversation.text;

import io.stoa.redis.RedisConnection;
import io.stoa.store.StoreException;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notes in Redis which version of LiveKit wrote this layout last. It only rises, so that a later server's word stands. */
final class RedisVersion implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RedisVersion.class);
    private static final String KEY = "livekit_version";
    /** The version whose layout and protocol this is. */
    static final String OURS = "1.13.5";

    private final Conversation redis;
    private final RedisConnection.Subscription following;

    RedisVersion(RedisConnection connection) {
        redis = Conversation.with(connection);
        following = connection.onAvailability(there -> {
            if (there) Thread.ofVirtual().name("livekit-version").start(this::noteOrSay);
        });
    }

    @Override
    public void close() {
        following.close();
    }

    private void noteOrSay() {
        try {
            note();
        } catch (StoreException e) {
            LOG.warn("{} was not written, it will be at the next connection: {}", KEY, e.getMessage());
        }
    }

    /** Whoever was faster decides, and is then looked at again. */
    private void note() throws StoreException {
        while (true) {
            byte[] stored = redis.ask(commands -> commands.get(bytes(KEY)));
            if (stored != null && !isLater(OURS, text(stored))) return;
            if (redis.run(RedisIngresses.REPLACE, List.of(KEY), stored == null ? new byte[0] : stored, bytes(OURS)) == 1) return;
        }
    }

    /** Numbers between dots; one that is none counts as the end. */
    static boolean isLater(String one, String other) {
        return Arrays.compare(numbers(one), numbers(other)) > 0;
    }

    private static int[] numbers(String version) {
        String[] parts = version.split("\\.");
        int[] numbers = new int[3];
        for (int i = 0; i < Math.min(parts.length, numbers.length) && parts[i].matches("\\d{1,9}"); i++) numbers[i] = Integer.parseInt(parts[i]);
        return numbers;
    }
}
