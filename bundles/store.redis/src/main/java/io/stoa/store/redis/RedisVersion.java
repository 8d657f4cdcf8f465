package io.stoa.store.redis;

import static io.stoa.store.redis.Conversation.bytes;
import static io.stoa.store.redis.Conversation.text;

import io.stoa.store.StoreException;
import java.util.Arrays;
import java.util.List;

/** Notes in Redis which version of LiveKit wrote this layout last. It only rises, so that a later server's word stands. */
record RedisVersion(Conversation redis) {
    static final String KEY = "livekit_version";
    /** The version whose layout and protocol this is. */
    static final String OURS = "1.13.5";

    /** Whoever was faster decides, and is then looked at again. */
    void note() throws StoreException {
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
