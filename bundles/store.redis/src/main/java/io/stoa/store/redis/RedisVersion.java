package io.stoa.store.redis;

import static io.stoa.store.redis.Conversation.bytes;
import static io.stoa.store.redis.Conversation.text;

import io.stoa.store.StoreException;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Notes in Redis which version of LiveKit wrote this layout last. It only rises, so that a later server's word stands. */
record RedisVersion(Conversation redis) {
    static final String KEY = "livekit_version";
    /** The version whose layout and protocol this is. */
    static final String OURS = "1.13.5";

    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");

    /** Whoever was faster decides, and is then looked at again. */
    void note() throws StoreException {
        while (true) {
            byte[] stored = redis.ask(commands -> commands.get(bytes(KEY)));
            if (stored != null && !isLater(OURS, text(stored))) return;
            if (redis.run(RedisIngresses.REPLACE, List.of(KEY), stored == null ? new byte[0] : stored, bytes(OURS)) == 1) return;
        }
    }

    /** Whether anybody has ever noted one here: if not, this Redis is empty. */
    boolean isNoted() throws StoreException {
        return redis.ask(commands -> commands.exists(bytes(KEY))) > 0;
    }

    /** Numbers between dots; where there is none it counts as 0, and what follows a number in its part counts for nothing. */
    static boolean isLater(String one, String other) {
        return Arrays.compare(numbers(one), numbers(other)) > 0;
    }

    private static int[] numbers(String version) {
        String[] parts = version.split("\\.");
        int[] numbers = new int[3];
        for (int i = 0; i < Math.min(parts.length, numbers.length); i++) {
            Matcher number = NUMBER.matcher(parts[i]);
            if (number.lookingAt()) numbers[i] = Integer.parseInt(number.group());
        }
        return numbers;
    }
}
