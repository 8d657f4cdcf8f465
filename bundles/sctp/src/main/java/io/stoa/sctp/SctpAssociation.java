package io.stoa.sctp;

import static io.stoa.sctp.Chunk.HEADER;

import io.stoa.base.Bytes;
import io.stoa.base.Drop;
import io.stoa.base.DropCounters;
import io.stoa.base.Time;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32C;

/**
 * The association: its handshake (RFC 9260 section 5, both sides may begin), packets and their checksum, stream resets (RFC 6525),
 * and its end.
 *
 * <pre>
 * |     source port = 5000        |   destination port = 5000      |
 * |                      verification tag                          |
 * |                      checksum (CRC32c, RFC 9260 appendix A)    |
 * |  chunks: type, flags, length, value, padded to 4               |
 * </pre>
 */
final class SctpAssociation {
    private static final long HANDSHAKE_RETRY = 500 * Time.MILLI;
    private static final int HANDSHAKE_TRIES = 14;
    private static final long RESET_RETRY = 500 * Time.MILLI;
    private static final int RESET_TRIES = 10;
    private static final int COOKIE_BYTES = 16;
    private static final int MAX_STREAMS = 65_535;
    private static final byte[] EMPTY = new byte[0];

    enum State {
        CLOSED,
        COOKIE_WAIT,
        COOKIE_ECHOED,
        ESTABLISHED,
        ENDED
    }

    /** Upwards: what the channels need to know. */
    interface Events extends SctpReceiver.Delivery {
        void transmit(byte[] bytes, int offset, int length);

        void established(long now);

        /** The other side reset its outgoing streams. */
        void streamsReset(long now, List<Integer> streams);

        /** Our reset was performed. */
        void resetDone(long now, List<Integer> streams);

        void ended(String reason);
    }

    private final SctpSettings settings;
    private final Events events;
    private final DropCounters drops;
    private final byte[] packet;
    private final CRC32C crc = new CRC32C();
    private final byte[] cookie = new byte[COOKIE_BYTES];
    private final int ownTag;
    private final int ownTsn;
    final SctpSender sender;
    final SctpReceiver receiver;

    private State state = State.CLOSED;
    private int peerTag;
    private byte[] peerCookie;
    private long handshakeAt = Time.NEVER;
    private int handshakeTries;
    private byte[] control = EMPTY;
    private int resetSeq;
    private List<Integer> resetting = List.of();
    private long resetAt = Time.NEVER;
    private int resetTries;
    private int resetLastTsn;
    private int peerResetSeq;
    private boolean peerResetSeen;
    private int peerResetResult;

    SctpAssociation(SctpSettings settings, RandomGenerator random, DropCounters drops, Events events) {
        this.settings = settings;
        this.events = events;
        this.drops = drops;
        packet = new byte[settings.packetBytes() + 64];
        int tag = random.nextInt();
        ownTag = tag == 0 ? 1 : tag;
        ownTsn = random.nextInt();
        resetSeq = ownTsn;
        random.nextBytes(cookie);
        sender = new SctpSender(settings, ownTsn);
        receiver = new SctpReceiver(settings, drops, events);
    }

    State state() {
        return state;
    }

    void start(long now) {
        if (state != State.CLOSED) return;
        state = State.COOKIE_WAIT;
        sendInit(now);
    }

    // -- arriving

    void receive(long now, byte[] b, int offset, int length) {
        if (state == State.ENDED) return;
        if (length < HEADER + 4 || (length & 3) != 0) {
            drops.count(Drop.SCTP_MALFORMED);
            return;
        }
        if (!checksumFits(b, offset, length)) {
            drops.count(Drop.SCTP_BAD_CHECKSUM);
            return;
        }
        int tag = Bytes.i32(b, offset + 4);
        int first = b[offset + HEADER] & 0xff;
        boolean abortWithPeerTag = first == Chunk.ABORT && (b[offset + HEADER + 1] & 1) != 0 && tag == peerTag;
        if (tag != (first == Chunk.INIT ? 0 : ownTag) && !abortWithPeerTag) {
            drops.count(Drop.SCTP_BAD_TAG);
            return;
        }
        int end = offset + length;
        for (int at = offset + HEADER; at + 4 <= end && state != State.ENDED; ) {
            int size = Bytes.u16(b, at + 2);
            if (size < 4 || at + size > end) {
                drops.count(Drop.SCTP_MALFORMED);
                return;
            }
            if (!chunk(now, b, at, size)) drops.count(Drop.SCTP_UNEXPECTED_CHUNK);
            at += size + 3 & ~3;
            at = alignedFrom(offset, at);
        }
    }

    /** Chunks are aligned within the packet, whose own offset may be odd. */
    private static int alignedFrom(int offset, int at) {
        return at + (-(at - offset) & 3);
    }

    private boolean checksumFits(byte[] b, int offset, int length) {
        crc.reset();
        crc.update(b, offset, 8);
        crc.update(ZERO, 0, 4);
        crc.update(b, offset + 12, length - 12);
        return Integer.reverseBytes((int) crc.getValue()) == Bytes.i32(b, offset + 8);
    }

    private static final byte[] ZERO = new byte[4];

    /** @return false if the chunk is unknown or does not belong here */
    private boolean chunk(long now, byte[] b, int at, int size) {
        return switch (b[at] & 0xff) {
            case Chunk.DATA -> {
                if (state == State.COOKIE_WAIT || state == State.CLOSED || size < Chunk.DATA_HEADER) yield false;
                if (state == State.COOKIE_ECHOED) established(now); // its COOKIE ACK was lost: data proves that we are up
                receiver.data(now, b, at, size);
                yield true;
            }
            case Chunk.INIT -> init(now, b, at, size);
            case Chunk.INIT_ACK -> initAck(now, b, at, size);
            case Chunk.SACK -> size >= 16 && state == State.ESTABLISHED && sender.sack(now, b, at, size);
            case Chunk.HEARTBEAT -> heartbeat(b, at, size);
            case Chunk.HEARTBEAT_ACK, Chunk.ERROR -> true;
            case Chunk.ABORT -> end("the client aborted the association");
            case Chunk.SHUTDOWN, Chunk.SHUTDOWN_ACK -> shutdown(b[at] & 0xff);
            case Chunk.SHUTDOWN_COMPLETE -> end("the association was shut down");
            case Chunk.COOKIE_ECHO -> cookieEcho(now, b, at, size);
            case Chunk.COOKIE_ACK -> {
                if (state == State.COOKIE_ECHOED) established(now);
                yield true;
            }
            case Chunk.RE_CONFIG -> state == State.ESTABLISHED && reconfigure(now, b, at, size);
            case Chunk.FORWARD_TSN -> {
                if (size < 8 || state != State.ESTABLISHED) yield false;
                receiver.forward(b, at, size);
                yield true;
            }
            default -> false;
        };
    }

    private boolean init(long now, byte[] b, int at, int size) {
        if (size < 20 || Bytes.i32(b, at + 4) == 0) return false;
        if (state == State.ESTABLISHED) return Bytes.i32(b, at + 4) == peerTag; // a late duplicate; restarts do not happen over DTLS
        peer(b, at);
        if (state == State.CLOSED) state = State.COOKIE_WAIT; // wait for its cookie, do not begin ourselves
        byte[] ack = initChunk(Chunk.INIT_ACK, COOKIE_BYTES + 4);
        int cookieAt = ack.length - COOKIE_BYTES - 4;
        Bytes.u16(ack, cookieAt, 7); // state cookie
        Bytes.u16(ack, cookieAt + 2, COOKIE_BYTES + 4);
        System.arraycopy(cookie, 0, ack, cookieAt + 4, COOKIE_BYTES);
        transmitAlone(ack, peerTag);
        return true;
    }

    private void peer(byte[] b, int at) {
        peerTag = Bytes.i32(b, at + 4);
        sender.peerWindow(Bytes.u32(b, at + 8));
        receiver.start(Bytes.i32(b, at + 16));
        peerResetSeq = Bytes.i32(b, at + 16) - 1;
    }

    private boolean initAck(long now, byte[] b, int at, int size) {
        if (state != State.COOKIE_WAIT || size < 20) return false;
        byte[] found = null;
        for (int p = at + 20; p + 4 <= at + size; ) {
            int length = Bytes.u16(b, p + 2);
            if (length < 4 || p + length > at + size) return false;
            if (Bytes.u16(b, p) == 7) found = Arrays.copyOfRange(b, p + 4, p + length);
            p += length + 3 & ~3;
            p = alignedFrom(at, p);
        }
        if (found == null || found.length > 1_000) return false;
        peer(b, at);
        peerCookie = found;
        state = State.COOKIE_ECHOED;
        handshakeTries = 0;
        sendCookie(now);
        return true;
    }

    private boolean cookieEcho(long now, byte[] b, int at, int size) {
        if (!Arrays.equals(b, at + 4, at + size, cookie, 0, COOKIE_BYTES)) {
            drops.count(Drop.SCTP_BAD_COOKIE);
            return true;
        }
        transmitAlone(new byte[] {Chunk.COOKIE_ACK, 0, 0, 4}, peerTag);
        established(now);
        return true;
    }

    private void established(long now) {
        if (state == State.ESTABLISHED) return;
        state = State.ESTABLISHED;
        handshakeAt = Time.NEVER;
        events.established(now);
    }

    private boolean heartbeat(byte[] b, int at, int size) {
        if (size > settings.packetBytes() - HEADER) {
            drops.count(Drop.OVERSIZED);
            return true;
        }
        byte[] ack = Arrays.copyOfRange(b, at, at + (size + 3 & ~3));
        ack[0] = Chunk.HEARTBEAT_ACK;
        transmitAlone(ack, peerTag);
        return true;
    }

    private boolean shutdown(int type) {
        int answer = type == Chunk.SHUTDOWN ? Chunk.SHUTDOWN_ACK : Chunk.SHUTDOWN_COMPLETE;
        transmitAlone(new byte[] {(byte) answer, 0, 0, 4}, peerTag);
        return end("the client shut the association down");
    }

    boolean end(String reason) {
        if (state == State.ENDED) return true;
        state = State.ENDED;
        handshakeAt = resetAt = Time.NEVER;
        events.ended(reason);
        return true;
    }

    void abort() {
        if (state == State.ENDED) return;
        if (peerTag != 0) transmitAlone(new byte[] {Chunk.ABORT, 0, 0, 4}, peerTag);
        state = State.ENDED;
        handshakeAt = resetAt = Time.NEVER;
    }

    // -- stream reset

    /** Asks for a reset of our outgoing streams. @return false while another reset is under way */
    boolean reset(long now, List<Integer> streams) {
        if (!resetting.isEmpty() || state != State.ESTABLISHED) return false;
        resetting = List.copyOf(streams);
        resetLastTsn = sender.lastAssignedTsn(); // stays, or a busy association would never reach it
        resetTries = 0;
        sendReset(now);
        return true;
    }

    private void sendReset(long now) {
        resetAt = now + RESET_RETRY;
        int length = 16 + 2 * resetting.size();
        byte[] chunk = new byte[4 + (length + 3 & ~3)];
        chunk[0] = (byte) Chunk.RE_CONFIG;
        Bytes.u16(chunk, 2, 4 + length);
        Bytes.u16(chunk, 4, 13); // outgoing SSN reset request
        Bytes.u16(chunk, 6, length);
        Bytes.i32(chunk, 8, resetSeq);
        Bytes.i32(chunk, 12, peerResetSeq);
        Bytes.i32(chunk, 16, resetLastTsn);
        for (int i = 0; i < resetting.size(); i++) Bytes.u16(chunk, 20 + 2 * i, resetting.get(i));
        queueControl(chunk);
    }

    private boolean reconfigure(long now, byte[] b, int at, int size) {
        for (int p = at + 4; p + 4 <= at + size; ) {
            int length = Bytes.u16(b, p + 2);
            if (length < 4 || p + length > at + size) return false;
            int type = Bytes.u16(b, p);
            if (type == 13 && length >= 16) peerReset(now, b, p, length);
            else if (type == 16 && length >= 12) resetAnswer(now, Bytes.i32(b, p + 4), Bytes.i32(b, p + 8));
            else if (type == 17 && length >= 8) answerReset(Bytes.i32(b, p + 4), 1); // more streams for it: we take all there are
            else if (length >= 8) answerReset(Bytes.i32(b, p + 4), 2); // denied
            p = alignedFrom(at, p + length);
        }
        return true;
    }

    private void peerReset(long now, byte[] b, int at, int length) {
        int seq = Bytes.i32(b, at + 4);
        if (peerResetSeen && seq == peerResetSeq && peerResetResult != 6) {
            answerReset(seq, peerResetResult); // our answer was lost
            return;
        }
        boolean again = peerResetSeen && seq == peerResetSeq;
        if (!again && seq != peerResetSeq + 1) {
            answerReset(seq, 5); // bad sequence number: a late copy
            return;
        }
        boolean arrived = receiver.hasReached(Bytes.i32(b, at + 12));
        peerResetSeen = true;
        peerResetSeq = seq;
        peerResetResult = arrived ? 1 : 6; // performed, or in progress: it will ask again
        answerReset(seq, peerResetResult);
        if (!arrived) return;
        List<Integer> streams = new ArrayList<>();
        for (int p = at + 16; p + 2 <= at + length; p += 2) {
            streams.add(Bytes.u16(b, p));
            receiver.resetStream(Bytes.u16(b, p));
        }
        events.streamsReset(now, streams);
    }

    private void answerReset(int seq, int result) {
        byte[] chunk = new byte[16];
        chunk[0] = (byte) Chunk.RE_CONFIG;
        Bytes.u16(chunk, 2, 16);
        Bytes.u16(chunk, 4, 16);
        Bytes.u16(chunk, 6, 12);
        Bytes.i32(chunk, 8, seq);
        Bytes.i32(chunk, 12, result);
        queueControl(chunk);
    }

    private void resetAnswer(long now, int seq, int result) {
        if (resetting.isEmpty() || seq != resetSeq) return;
        if (result == 6) { // in progress: asked again later, under a new number, because some repeat their answer to the old one
            resetSeq++;
            resetTries = 0;
            return;
        }
        List<Integer> done = resetting;
        resetting = List.of();
        resetSeq++;
        resetAt = Time.NEVER;
        for (int stream : done) sender.resetStream(stream);
        events.resetDone(now, done);
    }

    // -- leaving

    private byte[] initChunk(int type, int extra) {
        // Parameters: forward-TSN supported (0xC000), supported extensions (0x8008: re-config, forward-TSN)
        byte[] chunk = new byte[20 + 4 + 8 + extra];
        chunk[0] = (byte) type;
        Bytes.u16(chunk, 2, 20 + 4 + 6 + (extra == 0 ? 0 : 2 + extra));
        Bytes.i32(chunk, 4, ownTag);
        Bytes.i32(chunk, 8, settings.receiveWindowBytes());
        Bytes.u16(chunk, 12, MAX_STREAMS);
        Bytes.u16(chunk, 14, MAX_STREAMS);
        Bytes.i32(chunk, 16, ownTsn);
        Bytes.u16(chunk, 20, 0xC000);
        Bytes.u16(chunk, 22, 4);
        Bytes.u16(chunk, 24, 0x8008);
        Bytes.u16(chunk, 26, 6);
        chunk[28] = (byte) Chunk.RE_CONFIG;
        chunk[29] = (byte) Chunk.FORWARD_TSN;
        return chunk;
    }

    private void sendInit(long now) {
        handshakeAt = now + HANDSHAKE_RETRY;
        transmitAlone(initChunk(Chunk.INIT, 0), 0);
    }

    private void sendCookie(long now) {
        handshakeAt = now + HANDSHAKE_RETRY;
        byte[] chunk = new byte[4 + (peerCookie.length + 3 & ~3)];
        chunk[0] = Chunk.COOKIE_ECHO;
        Bytes.u16(chunk, 2, 4 + peerCookie.length);
        System.arraycopy(peerCookie, 0, chunk, 4, peerCookie.length);
        transmitAlone(chunk, peerTag);
    }

    /** What does not fit into one packet is not said now: both sides ask again. */
    private void queueControl(byte[] chunk) {
        int at = control.length;
        if (at + chunk.length > settings.packetBytes() - HEADER) return;
        control = Arrays.copyOf(control, at + chunk.length);
        System.arraycopy(chunk, 0, control, at, chunk.length);
    }

    private void transmitAlone(byte[] chunk, int tag) {
        System.arraycopy(chunk, 0, packet, HEADER, chunk.length);
        transmit(HEADER + chunk.length, tag);
    }

    private void transmit(int length, int tag) {
        Bytes.u16(packet, 0, SctpSettings.PORT);
        Bytes.u16(packet, 2, SctpSettings.PORT);
        Bytes.i32(packet, 4, tag);
        Bytes.i32(packet, 8, 0);
        crc.reset();
        crc.update(packet, 0, length);
        Bytes.i32(packet, 8, Integer.reverseBytes((int) crc.getValue()));
        events.transmit(packet, 0, length);
    }

    /** Composes and sends everything that is due: control, acknowledgements, data. */
    void flush(long now) {
        if (state == State.ENDED || peerTag == 0) return;
        boolean up = state == State.ESTABLISHED;
        for (int packets = 0; packets < 512; packets++) {
            int at = HEADER;
            System.arraycopy(control, 0, packet, at, control.length);
            at += control.length;
            control = EMPTY;
            if (at > settings.packetBytes() / 2) { // leaves no room for the rest
                transmit(at, peerTag);
                continue;
            }
            boolean data = up && sender.wantsToSend();
            if (up && (receiver.ackDue(now) || data && receiver.ackPending())) at += receiver.writeSack(packet, at, settings.packetBytes() - at);
            if (data) {
                at += sender.writeForward(packet, at, settings.packetBytes());
                at = sender.write(now, packet, at, settings.packetBytes());
            }
            if (at == HEADER) return;
            transmit(at, peerTag);
            if (!up || !sender.wantsToSend()) return;
        }
    }

    // -- time

    long nextWake() {
        if (state == State.ENDED) return Time.NEVER;
        long next = Time.earlier(handshakeAt, resetAt);
        next = Time.earlier(next, receiver.nextWake());
        return Time.earlier(next, sender.nextWake());
    }

    void wake(long now) {
        if (state == State.ENDED) return;
        if (Time.due(handshakeAt, now)) {
            if (++handshakeTries > HANDSHAKE_TRIES) end("no answer to the SCTP handshake");
            else if (state == State.COOKIE_WAIT) sendInit(now);
            else if (state == State.COOKIE_ECHOED) sendCookie(now);
        }
        if (Time.due(resetAt, now)) {
            if (++resetTries > RESET_TRIES) end("no answer to a stream reset");
            else sendReset(now);
        }
        sender.wake(now);
        if (sender.dead()) end("the client stopped acknowledging data");
    }
}
