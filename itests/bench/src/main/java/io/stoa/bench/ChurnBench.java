package io.stoa.bench;

import io.stoa.base.Time;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a server keeps of those who have gone: small calls begin and end side by side for a long time, half of them by leaving, half by vanishing,
 * and the resident memory is read every minute.
 */
public final class ChurnBench {
    private static final int AT_ONCE = 5;
    private static final int SUBSCRIBERS = 4;
    private static final int PEOPLE = 1 + SUBSCRIBERS;
    private static final int LONGEST_SECONDS = 15;
    private static final String ROW = "%6s %9s %11s %9s %9s%n";

    private final String url;
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private volatile boolean over;

    private ChurnBench(String url) {
        this.url = url;
    }

    /** @param arguments the server's folder, its port, minutes (60) */
    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[1]);
        int minutes = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 60;
        if (minutes < 1) throw new IllegalArgumentException(minutes + " minutes; at least 1");
        ChurnBench bench = new ChurnBench("ws://127.0.0.1:" + port);
        try (ServerUnderTest server = ServerUnderTest.start(Path.of(arguments[0]), port, "")) {
            bench.run(new ServerProcess(server.pid()), minutes);
        }
        System.exit(bench.failures.get() == 0 ? 0 : 1);
    }

    private void run(ServerProcess server, int minutes) throws IOException, InterruptedException {
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            SplittableRandom random = new SplittableRandom(i);
            callers.add(Thread.ofPlatform().name("caller-" + i).start(() -> calls(random)));
        }
        System.out.printf(ROW, "minute", "calls", "people", "RSS MB", "CPU %");
        long[] megabytes = new long[minutes];
        double cpu = server.cpuSeconds();
        for (int minute = 0; minute < minutes; minute++) {
            Thread.sleep(60_000);
            double now = server.cpuSeconds();
            megabytes[minute] = Math.round(server.residentKilobytes() / 1_024);
            System.out.printf(Locale.ROOT, ROW, minute + 1, calls.get(), calls.get() * PEOPLE, megabytes[minute], Math.round(100 * (now - cpu) / 60));
            cpu = now;
        }
        over = true;
        for (Thread caller : callers) caller.join();
        int sixth = Math.max(1, minutes / 6);
        System.out.printf("median of the second sixth %d MB, of the last %d MB; %d calls failed%n",
                median(Arrays.copyOfRange(megabytes, Math.min(sixth, minutes - sixth), Math.min(2 * sixth, minutes))),
                median(Arrays.copyOfRange(megabytes, minutes - sixth, minutes)), failures.get());
    }

    private static long median(long[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }

    private void calls(SplittableRandom random) {
        while (!over) {
            int number = calls.incrementAndGet();
            LoadOptions options = LoadOptions.parse(new String[] {
                "--url", url, "--key", ServerUnderTest.KEY, "--secret", ServerUnderTest.SECRET, "--room", "churn-" + number, "--subscribers", String.valueOf(SUBSCRIBERS),
                "--layers", "3", "--browsers", "--loss", "1", "--verify", "0"});
            try (LoadTest call = new LoadTest(options)) {
                call.begin();
                Thread.sleep(random.nextLong(LONGEST_SECONDS * Time.SECOND / Time.MILLI));
                if (random.nextBoolean()) call.leave();
            } catch (InterruptedException e) {
                return;
            } catch (IOException | RuntimeException e) {
                failures.incrementAndGet();
                System.out.println("call " + number + ": " + e);
            }
        }
    }
}
