package io.stoa.bench;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What a run of the load generator is made of.
 *
 * @param rooms over which subscribers are spread; each has publishers of its own, in a room of that name with a number behind it
 * @param first subscribers that are measured before the rest joins, 0 = no such step; gives the memory that each further one costs
 * @param bitrateBps of each video track's highest layer
 * @param layers of each video track, a quarter of the bits less each
 * @param browsers subscribers do all that browsers do: they report arrivals, ask for what is missing, and say how large they show a picture
 * @param lossPercent of what comes to them they do not take, as if it had been lost
 * @param audioMillis from one packet of an audio track to the next
 * @param warmupSeconds from the last first packet to the measurement
 * @param joinsPerSecond how fast subscribers come
 * @param verify how many subscribers decrypt everything they receive and take its delay; the others count packets only
 * @param metrics where the server tells Prometheus how late its loops were, empty = it is not asked
 * @param pid of the server, 0 = its process is not looked at
 * @param watchMachine whether pauses of the machine itself are told from the server's ({@link MachinePauses})
 * @param gro whether sockets take as one what was sent as one ({@code UDP_GRO})
 */
record LoadOptions(
        URI url, String key, String secret, String room, int rooms, int subscribers, int first, int videoPublishers, int audioPublishers, int bitrateBps, int layers, boolean browsers,
        double lossPercent, int audioMillis, int seconds, int warmupSeconds, int joinsPerSecond, int verify, long pid, String metrics, boolean watchMachine, boolean gro, boolean json) {
    static final String HELP = """
            --url ws://127.0.0.1:7880   the server, ours or any other that speaks the same protocol
            --key, --secret             API key (devkey, secret)
            --room NAME                 (bench)
            --rooms N                   so many, NAME-0 and so on, each with publishers of its own (1)
            --subscribers N             of all rooms together (100)
            --first N                   measure memory with so many subscribers before the rest joins (0)
            --video-publishers N        publishers of VP8 (1)
            --audio-publishers N        publishers of Opus (1); publisher k sends both where both counts exceed k
            --bitrate BPS               of each video track, of its highest layer (1000000)
            --layers N                  simulcast layers of each video track, each of a quarter of the bits of the one above (1)
            --browsers                  subscribers have adaptive stream, change the size of each picture every 15 s, report arrivals (TWCC), so are paced,
                                        and ask for what is missing
            --loss PERCENT              of the packets to --browsers that count as lost on the way (0)
            --audio-interval MS         from one packet of an audio track to the next (20)
            --seconds N                 measured (60)
            --warmup N                  before that, so that what is compiled has been compiled (45); 0: delays count from the first packet on
            --joins N                   subscribers per second (25)
            --verify N                  subscribers that decrypt everything (2)
            --pid PID                   the server's process, for its CPU time and memory
            --metrics URL               of the server's numbers for Prometheus: how late its media loops were
            --watch-machine             besides, when the machine itself stood still; as root
            --no-gro                    sockets take every datagram by itself: over loopback, taking apart what was sent as one is then the sender's work
            --json                      one line of JSON instead of text
            """;
    private static final boolean LINUX = System.getProperty("os.name").equals("Linux");
    private static final Set<String> FLAGS = Set.of("browsers", "watch-machine", "no-gro", "json");

    LoadOptions {
        if (subscribers < 0 || first > subscribers) throw new IllegalArgumentException("--first " + first + ", allowed are 0 to --subscribers " + subscribers);
        if (rooms < 1) throw new IllegalArgumentException("--rooms " + rooms + ", at least 1");
        if (videoPublishers < 0 || audioPublishers < 0 || videoPublishers + audioPublishers == 0)
            throw new IllegalArgumentException("nothing would be published: --video-publishers and --audio-publishers are both 0");
        if (layers < 1 || layers > 3) throw new IllegalArgumentException("--layers " + layers + ", allowed are 1 to 3");
        if (lossPercent < 0 || lossPercent > 50) throw new IllegalArgumentException("--loss " + lossPercent + ", allowed are 0 to 50");
        if (lossPercent > 0 && !browsers) throw new IllegalArgumentException("--loss without --browsers: nobody would ask for what is lost");
        if (audioMillis < 1) throw new IllegalArgumentException("--audio-interval " + audioMillis + ", at least 1");
        if (seconds < 1) throw new IllegalArgumentException("--seconds " + seconds + ", at least 1");
    }

    static LoadOptions parse(String[] arguments) {
        Map<String, String> given = new LinkedHashMap<>();
        for (int i = 0; i < arguments.length; i++) {
            if (!arguments[i].startsWith("--")) throw new IllegalArgumentException("'" + arguments[i] + "' is no option");
            String name = arguments[i].substring(2);
            if (FLAGS.contains(name)) given.put(name, "true");
            else if (i + 1 < arguments.length) given.put(name, arguments[++i]);
            else throw new IllegalArgumentException("--" + name + " wants a value");
        }
        LoadOptions options = new LoadOptions(
                URI.create(text(given, "url", "ws://127.0.0.1:7880")), text(given, "key", "devkey"), text(given, "secret", "secret"), text(given, "room", "bench"), number(given, "rooms", 1),
                number(given, "subscribers", 100), number(given, "first", 0), number(given, "video-publishers", 1), number(given, "audio-publishers", 1),
                number(given, "bitrate", 1_000_000), number(given, "layers", 1), given.remove("browsers") != null, share(given, "loss"),
                number(given, "audio-interval", 20), number(given, "seconds", 60), number(given, "warmup", 45), number(given, "joins", 25),
                number(given, "verify", 2), number(given, "pid", 0), text(given, "metrics", ""), given.remove("watch-machine") != null, given.remove("no-gro") == null && LINUX, given.remove("json") != null);
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

    private static double share(Map<String, String> given, String name) {
        String value = given.remove(name);
        try {
            return value == null ? 0 : Double.parseDouble(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--" + name + " is '" + value + "', a number is wanted", e);
        }
    }

    String room(int number) {
        return rooms == 1 ? room : room + "-" + number;
    }

    /** Of each room. */
    int publishers() {
        return Math.max(videoPublishers, audioPublishers);
    }
}
