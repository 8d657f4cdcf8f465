package io.stoa.bench;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a run of the load generator is made of.
 *
 * @param first subscribers that are measured before the rest joins, 0 = no such step; gives the memory that each further one costs
 * @param bitrateBps of each video track
 * @param audioMillis from one packet of an audio track to the next
 * @param warmupSeconds from the last first packet to the measurement
 * @param joinsPerSecond how fast subscribers come
 * @param verify how many subscribers decrypt everything they receive and take its delay; the others count packets only
 * @param pid of the server, 0 = its process is not looked at
 */
record LoadOptions(
        URI url, String key, String secret, String room, int subscribers, int first, int videoPublishers, int audioPublishers, int bitrateBps, int audioMillis,
        int seconds, int warmupSeconds, int joinsPerSecond, int verify, long pid, boolean json) {
    static final String HELP = """
            --url ws://127.0.0.1:7880   the server, ours or any other that speaks the same protocol
            --key, --secret             API key (devkey, secret)
            --room NAME                 (bench)
            --subscribers N             (100)
            --first N                   measure memory with so many subscribers before the rest joins (0)
            --video-publishers N        publishers of VP8 (1)
            --audio-publishers N        publishers of Opus (1); publisher k sends both where both counts exceed k
            --bitrate BPS               of each video track (1000000)
            --audio-interval MS         from one packet of an audio track to the next (20)
            --seconds N                 measured (60)
            --warmup N                  before that, so that what is compiled has been compiled (45)
            --joins N                   subscribers per second (25)
            --verify N                  subscribers that decrypt everything (2)
            --pid PID                   the server's process, for its CPU time and memory
            --json                      one line of JSON instead of text
            """;

    LoadOptions {
        if (subscribers < 0 || first > subscribers) throw new IllegalArgumentException("--first " + first + ", allowed are 0 to --subscribers " + subscribers);
        if (videoPublishers < 0 || audioPublishers < 0 || videoPublishers + audioPublishers == 0)
            throw new IllegalArgumentException("nothing would be published: --video-publishers and --audio-publishers are both 0");
        if (audioMillis < 1) throw new IllegalArgumentException("--audio-interval " + audioMillis + ", at least 1");
        if (seconds < 1) throw new IllegalArgumentException("--seconds " + seconds + ", at least 1");
    }

    static LoadOptions parse(String[] arguments) {
        Map<String, String> given = new LinkedHashMap<>();
        for (int i = 0; i < arguments.length; i++) {
            if (!arguments[i].startsWith("--")) throw new IllegalArgumentException("'" + arguments[i] + "' is no option");
            String name = arguments[i].substring(2);
            if (name.equals("json")) given.put(name, "true");
            else if (i + 1 < arguments.length) given.put(name, arguments[++i]);
            else throw new IllegalArgumentException("--" + name + " wants a value");
        }
        LoadOptions options = new LoadOptions(
                URI.create(text(given, "url", "ws://127.0.0.1:7880")), text(given, "key", "devkey"), text(given, "secret", "secret"), text(given, "room", "bench"),
                number(given, "subscribers", 100), number(given, "first", 0), number(given, "video-publishers", 1), number(given, "audio-publishers", 1),
                number(given, "bitrate", 1_000_000), number(given, "audio-interval", 20), number(given, "seconds", 60), number(given, "warmup", 45), number(given, "joins", 25),
                number(given, "verify", 2), number(given, "pid", 0), given.remove("json") != null);
        if (!given.isEmpty()) throw new IllegalArgumentException("unknown: " + given.keySet());
        return options;
    }

    private static String text(Map<String, String> given, String name, String otherwise) {
        String value = given.remove(name);
        return value == null ? otherwise : value;
    }

    private static int number(Map<String, String> given, String name, int otherwise) {
        String value = given.remove(name);
        try {
            return value == null ? otherwise : Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--" + name + " is '" + value + "', a whole number is wanted", e);
        }
    }

    int publishers() {
        return Math.max(videoPublishers, audioPublishers);
    }
}
