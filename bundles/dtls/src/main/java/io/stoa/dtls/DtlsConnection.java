package io.stoa.dtls;

import io.stoa.base.Drop;
import io.stoa.base.DropCounters;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.tls.DTLSTransport;
import org.bouncycastle.tls.DatagramTransport;

/**
 * One DTLS connection. Belongs to one thread, the owner's; the handshake runs beside it on a virtual thread that touches nothing but the
 * two queues and {@link #outcome}.
 */
public final class DtlsConnection {
    private static final int MAX_QUEUED = 64;
    private static final int MAX_DATAGRAM = 2_048;

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
    private final DtlsHandler handler;
    private final DropCounters drops = new DropCounters();
    private final ArrayBlockingQueue<byte[]> incoming = new ArrayBlockingQueue<>(MAX_QUEUED);
    private final ConcurrentLinkedQueue<byte[]> outgoing = new ConcurrentLinkedQueue<>();
    private final byte[] plain = new byte[MAX_DATAGRAM];
    private volatile Outcome outcome;
    private volatile boolean waiting;
    private volatile Thread thread;
    private volatile Thread owner;
    private boolean otherSideClosed;
    private State state = State.NEW;
    private DTLSTransport transport;

    public DtlsConnection(DtlsSettings settings, SecureRandom random, DtlsHandler handler) {
        this.settings = settings;
        this.random = random;
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

    /** Begins the handshake with whoever has a certificate of this fingerprint. */
    public void start(String fingerprintAlgorithm, byte[] fingerprint) {
        if (state != State.NEW) throw new IllegalStateException("already " + state);
        state = State.HANDSHAKE;
        Handshake handshake = new Handshake(settings, fingerprintAlgorithm, fingerprint, random);
        thread = Thread.ofVirtual().name("dtls-handshake").start(() -> run(handshake));
    }

    private void run(Handshake handshake) {
        Outcome result;
        try {
            DTLSTransport done = handshake.run(new Records());
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
            else if (!incoming.offer(Arrays.copyOfRange(bytes, offset, offset + length))) drops.count(Drop.DTLS_QUEUE_FULL);
            else if (state == State.CONNECTED) readRecords();
        }
    }

    /** Moves to the handler what the handshake thread has produced. */
    public void drain() {
        for (byte[] datagram; (datagram = outgoing.poll()) != null; ) handler.transmit(datagram, 0, datagram.length);
        if (state != State.HANDSHAKE || outcome == null) return;
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
        while (state == State.CONNECTED && !incoming.isEmpty()) {
            try {
                int length = transport.receive(plain, 0, plain.length, 1);
                while (length >= 0) {
                    handler.data(plain, 0, length);
                    if (state != State.CONNECTED) return;
                    length = transport.receivePending(plain, 0, plain.length, null);
                }
            } catch (InterruptedIOException e) {
                // The datagrams held no application data: retransmitted handshake records, or noise.
            } catch (IOException e) {
                close("DTLS: " + e.getMessage());
            }
            if (otherSideClosed && state == State.CONNECTED) close("DTLS: closed by the client");
        }
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
        Thread handshake = thread;
        if (handshake != null) handshake.interrupt();
    }

    private void close(String reason) {
        state = State.CLOSED;
        handler.closed(reason);
    }

    /** For scenarios that drive time: true while the handshake waits for records (or is over) and none are queued either way. */
    public boolean quiescent() {
        boolean idle = state != State.HANDSHAKE || outcome == null && waiting;
        return idle && (state != State.HANDSHAKE || incoming.isEmpty()) && outgoing.isEmpty();
    }

    /** The handshake's and the connection's view of the two queues. */
    private final class Records implements DatagramTransport {
        private final InterruptedIOException nothing = new InterruptedIOException("no datagram waits");

        @Override
        public int getReceiveLimit() {
            return MAX_DATAGRAM;
        }

        @Override
        public int getSendLimit() {
            // The limit binds BC's fragmentation of handshake flights; application data may be a little longer.
            return outcome == null ? DtlsSettings.MTU : MAX_DATAGRAM;
        }

        @Override
        public int receive(byte[] into, int offset, int length, int waitMillis) throws IOException {
            byte[] datagram = outcome == null ? await(waitMillis) : incoming.poll();
            if (datagram == null) {
                if (outcome != null) throw nothing;
                return -1;
            }
            int count = Math.min(length, datagram.length);
            System.arraycopy(datagram, 0, into, offset, count);
            return count;
        }

        private byte[] await(int waitMillis) throws IOException {
            waiting = true;
            try {
                return incoming.poll(Math.max(1, waitMillis), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                throw new IOException("closed during the handshake", e);
            } finally {
                waiting = false;
            }
        }

        @Override
        public void send(byte[] bytes, int offset, int length) {
            if (Thread.currentThread() == owner && state != State.HANDSHAKE) {
                handler.transmit(bytes, offset, length);
                return;
            }
            outgoing.add(Arrays.copyOfRange(bytes, offset, offset + length));
            handler.ready();
        }

        @Override
        public void close() {
            otherSideClosed = true; // Bouncy Castle closes its transport when a close_notify arrives
        }
    }
}
