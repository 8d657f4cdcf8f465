package io.stoa.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * When the machine itself stood still: a virtual one whose host takes a core away stops everybody on it, and no program can do anything about that. On each core a
 * process that goes before all others ({@code SCHED_FIFO}, for which it needs root) sleeps for a millisecond at a time and says by how much it woke too late.
 */
final class MachinePauses implements AutoCloseable {
    /** Half of what counts as a pause of the server: with a turn of usual length that is one. */
    static final double NOTED_MILLIS = 2.5;

    private static final int PRIORITY = 90;
    private static final long SLEEP = 1_000_000;

    private record Pause(long at, double millis) {}

    private final List<Process> processes = new ArrayList<>();
    private final List<Pause> pauses = new ArrayList<>();

    MachinePauses() throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        for (int core = 0; core < Runtime.getRuntime().availableProcessors(); core++) {
            Process process = new ProcessBuilder("chrt", "-f", String.valueOf(PRIORITY), "taskset", "-c", String.valueOf(core), java, "-XX:+UnlockExperimentalVMOptions",
                    "-XX:+UseEpsilonGC", "-XX:TieredStopAtLevel=1", "-Xmx64m", "-cp", System.getProperty("java.class.path"), MachinePauses.class.getName())
                    .redirectError(ProcessBuilder.Redirect.INHERIT).start();
            processes.add(process);
            Thread.ofVirtual().start(() -> read(process));
        }
    }

    private void read(Process process) {
        try (BufferedReader lines = process.inputReader()) {
            for (String line; (line = lines.readLine()) != null; ) {
                String[] words = line.split(" ");
                add(new Pause(Long.parseLong(words[0]), Double.parseDouble(words[1])));
            }
        } catch (IOException e) {
            if (process.isAlive()) throw new IllegalStateException("the machine is not watched any more", e);
        }
    }

    private synchronized void add(Pause pause) {
        pauses.add(pause);
    }

    /** @param from epoch milliseconds, as {@code until} */
    synchronized boolean between(long from, long until) {
        return pauses.stream().anyMatch(pause -> pause.at >= from && pause.at - pause.millis <= until);
    }

    /** What was before the measurement does not count. */
    synchronized void clear() {
        pauses.clear();
    }

    synchronized double longestMillis() {
        return pauses.stream().mapToDouble(Pause::millis).max().orElse(0);
    }

    synchronized int count() {
        return pauses.size();
    }

    void check() throws IOException {
        if (!processes.stream().allMatch(Process::isAlive)) throw new IOException("the machine cannot be watched: it needs chrt and taskset (util-linux), and root");
    }

    @Override
    public void close() {
        processes.forEach(Process::destroy);
    }

    /** What runs on each core: a line for each pause, with its end in epoch milliseconds and its length in milliseconds. */
    public static void main(String[] arguments) {
        for (long due = System.nanoTime() + SLEEP; ; due += SLEEP) {
            for (long left; (left = due - System.nanoTime()) > 0; ) LockSupport.parkNanos(left);
            double late = (System.nanoTime() - due) / 1e6;
            if (late < NOTED_MILLIS) continue;
            System.out.println(System.currentTimeMillis() + " " + late);
            due = System.nanoTime();
        }
    }
}
