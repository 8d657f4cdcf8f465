package io.stoa.dtls;

import io.stoa.base.Bytes;
import io.stoa.base.Drop;
import io.stoa.base.DropCounters;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.bouncycastle.tls.DTLSTransport;
import org.bouncycastle.tls.DatagramTransport;

/**
 * One DTLS connection. Belongs to one thread, the owner's; the handshake runs beside it on a virtual thread that touches nothing but the
 * two queues and {@link #outcome}.
 */
public final class DtlsConnection {
    private static final int MAX_QUEUED = 64;
    private static final int MAX_DATAGRAM = 2_048;
    private static final int RECORD_HEADER = 13;

    private enum State {
        NEW,
        HANDSHAKE,
        CONNECTED,
        CLOSED
    }

    /** How the handshake ended. */
    private record Outcome(DTLSTransport transport, SrtpKeys keys, String failure) {}

    private final DtlsSettings settings;
    private final SecureRandom random;
    private final KeyOperations keys;
    private final DtlsHandler handler;
    private final DropCounters drops = new DropCounters();
    private final ArrayBlockingQueue<byte[]> incoming = new ArrayBlockingQueue<>(MAX_QUEUED);
    private final ConcurrentLinkedQueue<byte[]> outgoing = new ConcurrentLinkedQueue<>();
    private final byte[] plain = new byte[MAX_DATAGRAM];
    private final Records records = new Records();
    /** Datagrams that the handshake has been given and has not finished with. */
    private final AtomicInteger unanswered = new AtomicInteger();
    private final CountDownLatch way = new CountDownLatch(1);
    private Handshake handshake;
    private int refused;
    private volatile Outcome outcome;
    private volatile boolean waiting;
    /** It has something to send, and no way yet. */
    private volatile boolean holding;
    private volatile Thread thread;
    private volatile Thread owner;
    private boolean otherSideClosed;
    private State state = State.NEW;
    private DTLSTransport transport;

    public DtlsConnection(DtlsSettings settings, SecureRandom random, KeyOperations keys, DtlsHandler handler) {
        this.settings = settings;
        this.random = random;
        this.keys = keys;
        this.handler = handler;
    }

    public DropCounters drops() {
        return drops;
    }

    public boolean isNew() {
        return state == State.NEW;
    }

    public boolean isConnected() {
        return state == State.CONNECTED;
    }

    /** Begins the handshake with whoever has a certificate of this fingerprint. What it wants to send waits for {@link #start}. */
    public void prepare(String fingerprintAlgorithm, byte[] fingerprint) {
        if (state != State.NEW) throw new IllegalStateException("already " + state);
        state = State.HANDSHAKE;
        handshake = new Handshake(settings, fingerprintAlgorithm, fingerprint, random, keys);
        thread = Thread.ofVirtual().name("dtls-handshake").start(this::run);
    }

    /** There is a way to the other side. */
    public void start() {
        way.countDown();
    }

    private void run() {
        Outcome result;
        try {
            DTLSTransport done = handshake.run(records);
            result = new Outcome(done, handshake.keys(), null);
        } catch (IOException | RuntimeException e) {
            result = new Outcome(null, null, "DTLS handshake failed: " + e.getMessage());
        }
        outcome = result;
        handler.ready();
    }

    /** One datagram of DTLS records. */
    public void receive(byte[] bytes, int offset, int length) {
        if (state == State.NEW) {
            drops.count(Drop.DTLS_TOO_EARLY);
        } else if (state != State.CLOSED) {
            if (length > MAX_DATAGRAM) drops.count(Drop.OVERSIZED);
            else receiveRecords(bytes, offset, length);
        }
    }

    private void receiveRecords(byte[] bytes, int offset, int length) {
        int whole = wholeRecords(bytes, offset, length);
        if (whole < length) drops.count(Drop.DTLS_MALFORMED);
        if (whole == 0) return;
        unanswered.incrementAndGet();
        if (!incoming.offer(Arrays.copyOfRange(bytes, offset, offset + whole))) {
            unanswered.decrementAndGet();
            drops.count(Drop.DTLS_QUEUE_FULL);
        } else if (state == State.CONNECTED) {
            readRecords();
        }
    }

    /**
     * How many bytes are complete records (RFC 6347 section 4.1): type, version, epoch, sequence number (48), length (16). Of DTLS 1.0 or
     * 1.2: for the version that was never assigned Bouncy Castle would end the connection.
     */
    private static int wholeRecords(byte[] bytes, int offset, int length) {
        int at = 0;
        while (length - at >= RECORD_HEADER) {
            int next = at + RECORD_HEADER + Bytes.u16(bytes, offset + at + RECORD_HEADER - 2);
            int version = Bytes.u16(bytes, offset + at + 1);
            if (next > length || version != 0xfefd && version != 0xfeff) break;
            at = next;
        }
        return at;
    }

    /** Moves to the handler what the handshake thread has produced. */
    public void drain() {
        if (state == State.CLOSED) outgoing.clear();
        for (byte[] datagram; (datagram = outgoing.poll()) != null; ) handler.transmit(datagram, 0, datagram.length);
        if (state != State.HANDSHAKE || outcome == null) return;
        countRefused();
        if (handshake.mismatch()) drops.count(Drop.DTLS_FINGERPRINT_MISMATCH);
        if (outcome.failure != null) {
            close(outcome.failure);
            return;
        }
        owner = Thread.currentThread();
        transport = outcome.transport;
        state = State.CONNECTED;
        for (byte[] datagram; (datagram = outgoing.poll()) != null; ) handler.transmit(datagram, 0, datagram.length);
        handler.connected(outcome.keys);
        readRecords();
    }

    private void readRecords() {
        owner = Thread.currentThread();
        while (state == State.CONNECTED && records.waiting()) {
            try {
                int length = transport.receive(plain, 0, plain.length, 1);
                if (length >= 0) handler.data(plain, 0, length);
            } catch (InterruptedIOException e) {
                // The records held no application data: a retransmitted handshake, a duplicate, or noise.
            } catch (IOException e) {
                close("DTLS: " + e.getMessage());
            }
            if (otherSideClosed && state == State.CONNECTED) {
                state = State.CLOSED;
                handler.closedByOther();
            }
        }
        countRefused();
    }

    private void countRefused() {
        for (int all = handshake.refused(); refused < all; refused++) drops.count(Drop.DTLS_BAD_RECORD);
    }

    /** Sends application data in one record. */
    public void send(byte[] bytes, int offset, int length) {
        if (state != State.CONNECTED) return;
        owner = Thread.currentThread();
        try {
            transport.send(bytes, offset, length);
        } catch (IOException e) {
            close("DTLS: " + e.getMessage());
        }
    }

    /** Tells the other side (close_notify) and ends. */
    public void close() {
        if (state == State.CONNECTED) {
            owner = Thread.currentThread();
            try {
                transport.close();
            } catch (IOException e) {
                drops.count(Drop.SEND_FAILED); // nobody is left to be told
            }
        }
        state = State.CLOSED;
        way.countDown();
        Thread handshake = thread;
        if (handshake != null) handshake.interrupt();
    }

    private void close(String reason) {
        state = State.CLOSED;
        handler.closed(reason);
    }

    /** For scenarios that drive time: true while the handshake waits for records or for a way (or is over), and none are queued either way. */
    public boolean quiescent() {
        if (!outgoing.isEmpty()) return false;
        if (state != State.HANDSHAKE) return true;
        boolean held = holding && way.getCount() > 0;
        return outcome == null && (held || waiting && unanswered.get() == 0 && incoming.isEmpty());
    }

    /**
     * The handshake's and the connection's view of the two queues. Records are handed out singly: Bouncy Castle stops at a bad one, and
     * would leave what follows it in a datagram until the next arrives. Used by the handshake thread, then by the owner.
     */
    private final class Records implements DatagramTransport {
        private static final byte[] NONE = {};
        private static final int CHANGE_CIPHER_SPEC = 20;
        private static final int HANDSHAKE = 22;
        private static final int CERTIFICATE_VERIFY = 15;

        private final InterruptedIOException nothing = new InterruptedIOException("no datagram waits");
        private boolean proved;
        private byte[] datagram = NONE;
        private int at;

        @Override
        public int getReceiveLimit() {
            return MAX_DATAGRAM;
        }

        @Override
        public int getSendLimit() {
            // The limit binds BC's fragmentation of handshake flights; application data may be a little longer.
            return outcome == null ? DtlsSettings.MTU : MAX_DATAGRAM;
        }

        boolean waiting() {
            return at < datagram.length || !incoming.isEmpty();
        }

        @Override
        public int receive(byte[] into, int offset, int length, int waitMillis) throws IOException {
            while (at < datagram.length || next(waitMillis)) {
                int start = at;
                int record = RECORD_HEADER + Bytes.u16(datagram, start + RECORD_HEADER - 2);
                at += record;
                if (outcome == null && overtakes(start, record)) continue;
                int count = Math.min(length, record);
                System.arraycopy(datagram, start, into, offset, count);
                return count;
            }
            if (outcome != null) throw nothing;
            return -1;
        }

        /**
         * Whether the client changes its cipher although its CertificateVerify, the last message before, was lost or is late. Bouncy Castle
         * would follow at once and pass over every retransmission of it, as of the epoch before. The change is retransmitted, too.
         */
        private boolean overtakes(int start, int record) {
            int type = datagram[start];
            if (type == HANDSHAKE && record > RECORD_HEADER && datagram[start + RECORD_HEADER] == CERTIFICATE_VERIFY) proved = true;
            return type == CHANGE_CIPHER_SPEC && !settings.client() && !proved;
        }

        private boolean next(int waitMillis) throws IOException {
            if (datagram.length > 0) unanswered.decrementAndGet();
            byte[] arrived = outcome == null ? await(waitMillis) : incoming.poll();
            datagram = arrived == null ? NONE : arrived;
            at = 0;
            return arrived != null;
        }

        private byte[] await(int waitMillis) throws IOException {
            waiting = true;
            try {
                return incoming.poll(Math.max(1, waitMillis), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                throw closedMeanwhile(e);
            } finally {
                waiting = false;
            }
        }

        private void awaitWay() throws IOException {
            if (way.getCount() == 0) return;
            holding = true;
            try {
                way.await();
            } catch (InterruptedException e) {
                throw closedMeanwhile(e);
            }
        }

        private static IOException closedMeanwhile(InterruptedException e) {
            return new IOException("closed during the handshake", e);
        }

        @Override
        public void send(byte[] bytes, int offset, int length) throws IOException {
            if (Thread.currentThread() == owner && state != State.HANDSHAKE) {
                handler.transmit(bytes, offset, length);
                return;
            }
            awaitWay();
            outgoing.add(Arrays.copyOfRange(bytes, offset, offset + length));
            handler.ready();
        }

        @Override
        public void close() {
            otherSideClosed = true; // Bouncy Castle closes its transport when a close_notify arrives
        }
    }
}
