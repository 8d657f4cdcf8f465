package io.stoa.bench;

import io.stoa.auth.AccessTokens;
import io.stoa.auth.Claims;
import io.stoa.auth.VideoGrant;
import io.stoa.protocol.livekit.LeaveRequest;
import io.stoa.protocol.livekit.SessionDescription;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SignalResponse;
import io.stoa.protocol.livekit.SignalResponse.MessageCase;
import java.io.EOFException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/**
 * What signalling costs as one room grows, and as rooms do: participants who only watch, each with a WebSocket and without media, so that
 * what is counted is the control plane alone. They answer the server's offers and never connect; the server lets a participant live for a
 * minute so: a room has to fill faster.
 */
public final class CrowdBench implements AutoCloseable {
    private static final int AT_ONCE = 16;
    private static final long SETTLE_MILLIS = 2_500;
    private static final String ROW = "%-22s %9s %9s %11s %12s %12s %12s %10s %9s%n";

    private final URI url;
    private final ServerProcess server;
    private final LongAdder messages = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder joinBytes = new LongAdder();
    private final LongAdder updates = new LongAdder();
    private final AtomicInteger gone = new AtomicInteger();
    private final Queue<PlainWebSocket> sockets = new ConcurrentLinkedQueue<>();

    private CrowdBench(URI url, long pid) {
        this.url = url;
        server = new ServerProcess(pid);
    }

    /** @param arguments the server's folder, its port, participants of one room (3,000), rooms (1,000) */
    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[0]);
        int port = Integer.parseInt(arguments[1]);
        int people = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 3_000;
        int rooms = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 1_000;
        System.out.printf(ROW, "", "joins/s", "p99 ms", "CPU ms/join", "messages/join", "updates/join", "kB/join", "kB in join", "RSS MB");
        try (ServerUnderTest server = ServerUnderTest.start(home, port, "")) {
            try (CrowdBench bench = new CrowdBench(URI.create("ws://127.0.0.1:" + port), server.pid())) {
                bench.step("warm-up, rooms of one", i -> "warm-up-" + i, 0, 500);
            }
            try (CrowdBench bench = new CrowdBench(URI.create("ws://127.0.0.1:" + port), server.pid())) {
                int from = 0;
                for (int to : new int[] {100, 300, 1_000, 2_000, people}) {
                    if (to <= from || to > people) continue;
                    bench.step("one room, " + from + " to " + to, i -> "crowd", from, to);
                    from = to;
                }
            }
            try (CrowdBench bench = new CrowdBench(URI.create("ws://127.0.0.1:" + port), server.pid())) {
                bench.step(rooms + " rooms of one", i -> "room-" + i, 0, rooms);
                bench.idle(rooms + " rooms, nobody comes");
            }
        }
        System.exit(0);
    }

    private interface Rooms {
        String of(int number);
    }

    private void step(String name, Rooms rooms, int from, int to) throws Exception {
        double cpu = server.cpuSeconds();
        long[] before = {messages.sum(), updates.sum(), bytes.sum(), joinBytes.sum()};
        long[] nanos = new long[to - from];
        long begin = System.nanoTime();
        Semaphore free = new Semaphore(AT_ONCE);
        List<CompletableFuture<?>> joins = new ArrayList<>();
        for (int i = from; i < to; i++) {
            free.acquire();
            int number = i;
            long asked = System.nanoTime();
            joins.add(join(rooms.of(i), "watcher-" + i).thenAccept(joined -> nanos[number - from] = System.nanoTime() - asked).whenComplete((done, failure) -> free.release()));
        }
        CompletableFuture.allOf(joins.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
        double seconds = (System.nanoTime() - begin) / 1e9;
        Thread.sleep(SETTLE_MILLIS); // what is told later is part of it
        int count = to - from;
        Arrays.sort(nanos);
        System.out.printf(Locale.ROOT, ROW, name, Math.round(count / seconds), nanos[Math.min(count - 1, count * 99 / 100)] / 1_000_000,
                "%.2f".formatted(1_000 * (server.cpuSeconds() - cpu) / count), (messages.sum() - before[0]) / count, (updates.sum() - before[1]) / count,
                (bytes.sum() - before[2]) / count / 1_000, (joinBytes.sum() - before[3]) / count / 1_000, server.residentKilobytes() / 1_024);
        if (gone.get() > 0) System.out.println(gone.get() + " of them had to leave: they had no media for a minute, or did not read fast enough");
    }

    private void idle(String name) throws IOException, InterruptedException {
        double cpu = server.cpuSeconds();
        long seen = messages.sum();
        Thread.sleep(10_000);
        System.out.printf(Locale.ROOT, "%-22s CPU %.1f %%, %d messages per second%n", name, 10 * (server.cpuSeconds() - cpu), (messages.sum() - seen) / 10);
    }

    private CompletableFuture<Void> join(String room, String identity) {
        String token = AccessTokens.mint(Claims.of(identity, VideoGrant.join(room)), ServerUnderTest.KEY, ServerUnderTest.SECRET, Instant.now(), Duration.ofHours(1));
        CompletableFuture<Void> joined = new CompletableFuture<>();
        URI uri = URI.create(url + "/rtc?access_token=" + token + "&auto_subscribe=1&protocol=16&sdk=go&version=2.5.0");
        Thread.startVirtualThread(() -> watch(uri, joined));
        return joined;
    }

    /** Counts what it is told, and reads as little of it as it can. */
    private void watch(URI uri, CompletableFuture<Void> joined) {
        try (PlainWebSocket socket = new PlainWebSocket(uri)) {
            sockets.add(socket);
            try {
                for (Optional<byte[]> message; (message = socket.read()).isPresent(); ) told(message.get(), socket, joined);
                throw new EOFException("the server has closed the WebSocket");
            } finally {
                if (sockets.remove(socket)) gone.incrementAndGet();
            }
        } catch (IOException e) {
            joined.completeExceptionally(e);
        }
    }

    /** By the field's number, which is all that the first byte of a message says. */
    private void told(byte[] message, PlainWebSocket socket, CompletableFuture<Void> joined) throws IOException {
        messages.increment();
        bytes.add(message.length);
        int field = (message[0] & 0xff) >> 3;
        if (field == MessageCase.UPDATE.getNumber()) updates.increment();
        if (field == MessageCase.OFFER.getNumber()) socket.send(answerTo(SignalResponse.parseFrom(message).getOffer()));
        if (field != MessageCase.JOIN.getNumber()) return;
        joinBytes.add(message.length);
        joined.complete(null);
    }

    /** Takes everything, under an address and a certificate that are nobody's. */
    private static byte[] answerTo(SessionDescription offer) {
        String sdp = offer.getSdp().lines()
                .filter(line -> !line.startsWith("a=candidate:") && !line.startsWith("a=end-of-candidates") && !line.startsWith("a=msid") && !line.startsWith("a=ssrc"))
                .map(line -> line.equals("a=setup:actpass") ? "a=setup:active"
                        : line.equals("a=sendonly") ? "a=recvonly"
                        : line.startsWith("a=ice-ufrag:") ? "a=ice-ufrag:none"
                        : line.startsWith("a=ice-pwd:") ? "a=ice-pwd:nobodyhasthispasswordever"
                        : line.startsWith("a=fingerprint:") ? "a=fingerprint:sha-256 " + "00:".repeat(31) + "00"
                        : line)
                .collect(Collectors.joining("\r\n", "", "\r\n"));
        var answer = SessionDescription.newBuilder().setType("answer").setId(offer.getId()).setSdp(sdp);
        return SignalRequest.newBuilder().setAnswer(answer).build().toByteArray();
    }

    /** All leave; nothing of that is part of what comes next. */
    @Override
    public void close() throws Exception {
        byte[] leave = SignalRequest.newBuilder().setLeave(LeaveRequest.getDefaultInstance()).build().toByteArray();
        for (PlainWebSocket socket; (socket = sockets.poll()) != null; ) socket.send(leave); // which the server answers by closing it
        Thread.sleep(2 * SETTLE_MILLIS);
    }
}
