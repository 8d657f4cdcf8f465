package io.stoa.sctp;

import static io.stoa.sctp.Chunk.DATA_HEADER;
import static io.stoa.sctp.Chunk.FLAG_BEGIN;
import static io.stoa.sctp.Chunk.FLAG_END;
import static io.stoa.sctp.Chunk.FLAG_IMMEDIATE;
import static io.stoa.sctp.Chunk.FLAG_UNORDERED;

import io.stoa.base.Bytes;
import io.stoa.base.Time;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What goes out: messages cut into DATA chunks, congestion control (RFC 9260 section 7), retransmission, and giving up what need not
 * arrive (RFC 3758).
 */
final class SctpSender {
    private static final long RTO_INITIAL = 500 * Time.MILLI;
    /** More than the 200 ms for which browsers and pion delay an acknowledgement. */
    private static final long RTO_MIN = 400 * Time.MILLI;
    private static final long DELAYED_ACK = 220 * Time.MILLI;
    private static final long RTO_MAX = 10 * Time.SECOND;
    private static final int MAX_TIMEOUTS = 12;
    private static final int FAST_RETRANSMIT_AFTER = 3;

    private final SctpSettings settings;
    private final int mtu;
    private final ArrayDeque<OutMessage> pending = new ArrayDeque<>();
    private final ArrayDeque<OutChunk> flight = new ArrayDeque<>();
    private final Map<Integer, Integer> nextSsn = new HashMap<>();

    private int nextTsn;
    private int cumulative;
    private int advanced;
    private boolean forwardDue;
    private long queuedBytes;
    private long flightBytes;
    private long window;
    private long cwnd;
    private long ssthresh;
    private long partialAcked;
    private int recoverUntil;
    private boolean recovering;
    /** The next packet of lost chunks does not wait for the congestion window (section 7.2.4). */
    private boolean fastRetransmit;
    private long rto = RTO_INITIAL;
    private double srtt;
    private double rttvar;
    private long timeoutAt = Time.NEVER;
    private int timeouts;
    private int resends;
    private long retransmissions;

    SctpSender(SctpSettings settings, int initialTsn) {
        this.settings = settings;
        mtu = settings.packetBytes();
        nextTsn = initialTsn;
        cumulative = initialTsn - 1;
        advanced = cumulative;
        cwnd = 10L * mtu;
        ssthresh = Long.MAX_VALUE;
    }

    void peerWindow(long bytes) {
        window = bytes;
    }

    long queuedBytes() {
        return queuedBytes;
    }

    boolean dead() {
        return timeouts > MAX_TIMEOUTS;
    }

    int lastAssignedTsn() {
        return nextTsn - 1;
    }

    long retransmissions() {
        return retransmissions;
    }

    void queue(OutMessage message) {
        pending.add(message);
        queuedBytes += message.bytes.length;
        if (message.channel != null) message.channel.bufferedBytes += message.bytes.length;
    }

    void resetStream(int stream) {
        nextSsn.remove(stream);
    }

    // -- acknowledgements

    /** @return false if it acknowledges what was never sent */
    boolean sack(long now, byte[] b, int at, int length) {
        int cum = Bytes.i32(b, at + 4);
        if (cum - (nextTsn - 1) > 0) return false;
        if (cum - cumulative < 0) return true; // old
        window = Math.max(0, Bytes.u32(b, at + 8));
        int gaps = Math.min(Bytes.u16(b, at + 12), (length - 16) / 4);
        boolean progress = cum != cumulative; // also over what was given up
        long acked = cumulative(now, cum);
        int highestAcked = gaps > 0 ? cum + Bytes.u16(b, at + 16 + 4 * (gaps - 1) + 2) : cum;
        acked += gaps(now, cum, b, at + 16, gaps);
        if (window == 0) timeouts = 0; // it answers our probes (section 6.1)
        window = Math.max(0, window - flightBytes);
        grow(acked, progress);
        if (gaps > 0) suspect(highestAcked);
        if (recovering && cumulative - recoverUntil >= 0) recovering = false;
        if (progress) {
            timeouts = 0;
            timeoutAt = flight.isEmpty() ? Time.NEVER : now + rto;
        }
        advance(now);
        return true;
    }

    private long cumulative(long now, int cum) {
        long acked = 0;
        while (!flight.isEmpty() && flight.peekFirst().tsn - cum <= 0) {
            OutChunk chunk = flight.pollFirst();
            if (!chunk.acked) {
                acked += chunk.length;
                acked(now, chunk);
            }
        }
        cumulative = cum;
        if (advanced - cumulative < 0) advanced = cumulative;
        return acked;
    }

    private long gaps(long now, int cum, byte[] b, int at, int gaps) {
        if (gaps == 0) return 0;
        long acked = 0;
        int gap = 0;
        for (OutChunk chunk : flight) {
            int distance = chunk.tsn - cum;
            while (gap < gaps && distance > Bytes.u16(b, at + 4 * gap + 2)) gap++;
            if (gap == gaps) break;
            if (distance >= Bytes.u16(b, at + 4 * gap) && !chunk.acked) {
                acked += chunk.length;
                acked(now, chunk);
                chunk.acked = true;
            }
        }
        return acked;
    }

    private void acked(long now, OutChunk chunk) {
        if (chunk.inFlight) flightBytes -= chunk.length;
        if (chunk.resend) resends--;
        chunk.inFlight = false;
        chunk.resend = false;
        if (chunk.sends == 1) measure(now - chunk.sentAt);
        release(chunk);
    }

    private void release(OutChunk chunk) {
        if (chunk.acked) return;
        queuedBytes -= chunk.length;
        if (chunk.message.channel != null) chunk.message.channel.bufferedBytes -= chunk.length;
    }

    private void measure(long sample) {
        if (srtt == 0) {
            srtt = sample;
            rttvar = sample / 2.0;
        } else {
            rttvar += (Math.abs(srtt - sample) - rttvar) / 4;
            srtt += (sample - srtt) / 8;
        }
        rto = Math.clamp((long) (srtt + Math.max(4 * rttvar, DELAYED_ACK)), RTO_MIN, RTO_MAX);
    }

    private void grow(long acked, boolean progress) {
        if (acked == 0 || recovering || !progress) return;
        if (cwnd <= ssthresh) {
            cwnd += Math.min(acked, 64L * mtu); // one SACK may speak for a whole batch
        } else {
            partialAcked += acked;
            if (partialAcked >= cwnd) {
                partialAcked -= cwnd;
                cwnd += mtu;
            }
        }
        cwnd = Math.min(cwnd, 8L << 20);
    }

    /** Chunks below what was acknowledged in gaps were reported missing once more (section 7.2.4). */
    private void suspect(int highestAcked) {
        boolean lost = false;
        for (OutChunk chunk : flight) {
            if (chunk.tsn - highestAcked >= 0) break;
            if (chunk.acked || chunk.resend || highestAcked - chunk.lastBefore <= 0) continue;
            if (++chunk.missing < FAST_RETRANSMIT_AFTER) continue;
            chunk.missing = 0;
            markLost(chunk);
            fastRetransmit = true;
            lost = true;
        }
        if (!lost || recovering) return;
        recovering = true;
        recoverUntil = nextTsn - 1;
        ssthresh = Math.max(cwnd / 2, 4L * mtu);
        cwnd = ssthresh;
        partialAcked = 0;
    }

    private void markLost(OutChunk chunk) {
        if (chunk.inFlight) flightBytes -= chunk.length;
        chunk.inFlight = false;
        if (!chunk.resend) resends++;
        chunk.resend = true;
    }

    // -- partial reliability

    private boolean giveUp(long now, OutChunk chunk) {
        OutMessage message = chunk.message;
        if (message.abandoned) return true;
        boolean spent = message.maxRetransmits >= 0 && chunk.sends > message.maxRetransmits;
        boolean late = late(message, now);
        // A message whose rest was not cut yet cannot be given up half-way: its end must be announced to the receiver.
        if ((spent || late) && message.sentBytes == message.bytes.length) message.abandoned = true;
        return message.abandoned;
    }

    private static boolean late(OutMessage message, long now) {
        return message.expiresAt != Time.NEVER && message.expiresAt - now <= 0;
    }

    /** Its time was over before its turn came. */
    private void drop(OutMessage message) {
        queuedBytes -= message.bytes.length;
        if (message.channel != null) message.channel.bufferedBytes -= message.bytes.length;
    }

    /** Moves the advanced peer ack point over what was given up (RFC 3758 section 3.5). */
    private void advance(long now) {
        int before = advanced;
        for (OutChunk chunk : flight) {
            if (chunk.tsn - advanced <= 0) continue;
            // Not over what has arrived: it may be a part of a message that is still to be completed.
            if (!(chunk.message.abandoned || chunk.resend && giveUp(now, chunk))) break;
            advanced = chunk.tsn;
        }
        if (advanced != before && advanced - cumulative > 0) forwardDue = true;
    }

    /** Writes a FORWARD-TSN if one is due. @return its length, 0 if not */
    int writeForward(byte[] b, int at, int end) {
        int fits = (end - at - 8) / 4;
        if (!forwardDue || fits < 1) return 0;
        forwardDue = false;
        List<OutMessage> skipped = new ArrayList<>();
        for (OutChunk chunk : flight) {
            if (chunk.tsn - advanced > 0) break;
            if (!chunk.acked) {
                if (chunk.inFlight) flightBytes -= chunk.length;
                if (chunk.resend) resends--;
                chunk.inFlight = false;
                chunk.resend = false;
                release(chunk);
                chunk.acked = true;
            }
            if (chunk.message.ordered && chunk.message.abandoned) skipped.removeIf(m -> m.stream == chunk.message.stream);
            if (chunk.message.ordered && chunk.message.abandoned && skipped.size() < fits) skipped.add(chunk.message);
        }
        int length = 8 + 4 * skipped.size();
        b[at] = (byte) Chunk.FORWARD_TSN;
        b[at + 1] = 0;
        Bytes.u16(b, at + 2, length);
        Bytes.i32(b, at + 4, advanced);
        for (int i = 0; i < skipped.size(); i++) {
            Bytes.u16(b, at + 8 + 4 * i, skipped.get(i).stream);
            Bytes.u16(b, at + 10 + 4 * i, skipped.get(i).ssn);
        }
        return length;
    }

    // -- chunks

    boolean wantsToSend() {
        return forwardDue || resends > 0 || !pending.isEmpty() && flightBytes < cwnd && (window > 0 || flightBytes == 0);
    }

    /**
     * Writes DATA chunks behind each other as far as windows and room allow: first what was lost, then what is new.
     *
     * @return where the next chunk would be written
     */
    int write(long now, byte[] b, int at, int end) {
        at = writeLost(now, b, at, end);
        int last = -1;
        while (!pending.isEmpty() && end - at > DATA_HEADER + 64) {
            OutMessage message = pending.peekFirst();
            if (message.sentBytes == 0 && late(message, now)) {
                drop(pending.pollFirst());
                continue;
            }
            int rest = message.bytes.length - message.sentBytes;
            int room = end - at - DATA_HEADER & ~3;
            if (rest > room && room < 512 && at > Chunk.HEADER) break; // no splinters: the next packet takes it
            int length = Math.min(rest, room);
            if (flightBytes > 0 && (flightBytes + length > cwnd || length > window)) break;
            last = at;
            at = write(now, cut(message, length), b, at);
        }
        if (last >= 0 && waitsAfter(b[last + 1])) b[last + 1] |= FLAG_IMMEDIATE;
        return at;
    }

    /** Whether an acknowledgement that comes late holds something up: the windows are full, or a large message waits to be complete. */
    private boolean waitsAfter(byte flags) {
        return pending.isEmpty() ? (flags & (FLAG_BEGIN | FLAG_END)) == FLAG_END : flightBytes + mtu > cwnd || window < mtu;
    }

    private int writeLost(long now, byte[] b, int at, int end) {
        if (resends == 0) return at;
        int begun = at;
        for (OutChunk chunk : flight) {
            if (!chunk.resend) continue;
            if (giveUp(now, chunk)) continue;
            boolean waits = flightBytes > 0 && flightBytes + chunk.length > cwnd && !fastRetransmit;
            if (end - at < DATA_HEADER + (chunk.length + 3 & ~3) || waits) break;
            chunk.resend = false;
            resends--;
            retransmissions++;
            at = write(now, chunk, b, at);
        }
        if (at > begun) fastRetransmit = false;
        advance(now);
        return at;
    }

    private OutChunk cut(OutMessage message, int length) {
        boolean first = message.sentBytes == 0;
        if (first && message.ordered) message.ssn = nextSsn.merge(message.stream, 1, Integer::sum) - 1 & 0xffff;
        int flags = (first ? FLAG_BEGIN : 0) | (message.ordered ? 0 : FLAG_UNORDERED);
        if (message.sentBytes + length == message.bytes.length) flags |= FLAG_END;
        OutChunk chunk = new OutChunk(message, nextTsn++, message.sentBytes, length, flags);
        message.sentBytes += length;
        if ((flags & FLAG_END) != 0) pending.pollFirst();
        flight.add(chunk);
        return chunk;
    }

    private int write(long now, OutChunk chunk, byte[] b, int at) {
        OutMessage message = chunk.message;
        b[at] = Chunk.DATA;
        b[at + 1] = (byte) chunk.flags;
        Bytes.u16(b, at + 2, DATA_HEADER + chunk.length);
        Bytes.i32(b, at + 4, chunk.tsn);
        Bytes.u16(b, at + 8, message.stream);
        Bytes.u16(b, at + 10, message.ssn);
        Bytes.i32(b, at + 12, message.ppid);
        System.arraycopy(message.bytes, chunk.offset, b, at + DATA_HEADER, chunk.length);
        int next = at + DATA_HEADER + chunk.length;
        while ((next - at & 3) != 0) b[next++] = 0;
        chunk.sends++;
        chunk.sentAt = now;
        chunk.lastBefore = nextTsn - 1;
        chunk.missing = 0;
        chunk.inFlight = true;
        flightBytes += chunk.length;
        window = Math.max(0, window - chunk.length);
        if (timeoutAt == Time.NEVER) timeoutAt = now + rto;
        return next;
    }

    // -- time

    long nextWake() {
        return timeoutAt;
    }

    void wake(long now) {
        if (!Time.due(timeoutAt, now)) return;
        timeouts++;
        rto = Math.min(rto * 2, RTO_MAX);
        ssthresh = Math.max(cwnd / 2, 4L * mtu);
        cwnd = mtu;
        recovering = false;
        fastRetransmit = false;
        for (OutChunk chunk : flight) if (!chunk.acked) markLost(chunk);
        if (advanced - cumulative > 0) forwardDue = true;
        advance(now);
        timeoutAt = flight.isEmpty() ? Time.NEVER : now + rto;
    }
}
