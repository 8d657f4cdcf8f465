package io.stoa.bench;

import io.stoa.base.Time;
import java.io.IOException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The one thread that all sockets, timers and connections of the generator belong to. Only {@link #post} and {@link #ask} may come from
 * other threads.
 */
final class LoadLoop implements AutoCloseable {
    private record Deadline(long at, Timed who) implements Comparable<Deadline> {
        @Override
        public int compareTo(Deadline other) {
            return Long.signum(at - other.at);
        }
    }

    private final Selector selector;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final PriorityQueue<Deadline> deadlines = new PriorityQueue<>();
    private final Thread thread;
    private volatile boolean closing;
    private long now = System.nanoTime();

    LoadLoop() throws IOException {
        selector = Selector.open();
        thread = Thread.ofPlatform().name("load").start(this::run);
    }

    /** Of this turn. */
    long now() {
        return now;
    }

    void post(Runnable task) {
        tasks.add(task);
        if (Thread.currentThread() != thread) selector.wakeup();
    }

    <T> T ask(Supplier<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        post(() -> answer.complete(question.get()));
        return answer.orTimeout(30, TimeUnit.SECONDS).join();
    }

    void register(DatagramChannel channel, LoadPeer reader) throws IOException {
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ, reader);
    }

    /** To be called whenever a deadline may have changed. */
    void arm(Timed who) {
        long next = who.nextWake();
        if (next == Time.NEVER || who.armedAt != Time.NEVER && who.armedAt - next <= 0) return;
        who.armedAt = next;
        deadlines.add(new Deadline(next, who));
    }

    /**
     * The server's media loops come before other threads ({@code LoopPriority} in transport); on the same two cores this one would read only when they have
     * finished, and their turns would count as delay. Without the right to it, which renice says, both are threads like all others.
     */
    private static void asUrgentAsMedia() throws IOException, InterruptedException {
        Path task = Path.of("/proc/thread-self");
        if (!Files.exists(task)) return;
        String id = task.toRealPath().getFileName().toString();
        new ProcessBuilder("renice", "-n", "-10", "-p", id).redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.INHERIT).start().waitFor();
    }

    private void run() {
        try {
            asUrgentAsMedia();
            while (!closing) turn();
            selector.close();
        } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
            System.err.println("the generator's loop ended: " + e);
            e.printStackTrace();
            System.exit(3);
        }
    }

    private void turn() throws IOException {
        Deadline first = deadlines.peek();
        long wait = first == null ? 100 * Time.MILLI : Math.min(100 * Time.MILLI, first.at - System.nanoTime());
        if (wait <= 0 || !tasks.isEmpty()) selector.selectNow(this::readable);
        else selector.select(this::readable, Math.max(1, wait / Time.MILLI));
        now = System.nanoTime();
        for (Runnable task; (task = tasks.poll()) != null; ) task.run();
        while (!deadlines.isEmpty() && deadlines.peek().at - now <= 0) {
            Deadline due = deadlines.poll();
            if (due.at != due.who.armedAt) continue;
            due.who.armedAt = Time.NEVER;
            due.who.wake(now);
            arm(due.who);
        }
    }

    private void readable(SelectionKey key) {
        if (!key.isValid()) return;
        now = System.nanoTime();
        ((LoadPeer) key.attachment()).readable(now);
    }

    @Override
    public void close() {
        closing = true;
        selector.wakeup();
        try {
            thread.join(2_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
