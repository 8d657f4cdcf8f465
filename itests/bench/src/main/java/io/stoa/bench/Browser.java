package io.stoa.bench;

import io.stoa.base.Time;
import io.stoa.bwe.TransportFeedback;
import io.stoa.rtp.RtcpWriter;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/** What a browser does about media that it receives, beyond reports: it tells when packets arrived, and asks for those that are missing. */
final class Browser {
    private static final int MOST = 100;

    private final RandomGenerator random;
    private final double loss;
    private final TransportFeedback arrivals = new TransportFeedback();
    private final int[] missing = new int[MOST];
    /** By the SSRC of repetitions that of what they repeat. */
    private final Map<Integer, Integer> repaired = new HashMap<>();
    private int transportId;

    /** @param loss share of packets that are lost on the way */
    Browser(RandomGenerator random, double loss) {
        this.random = random;
        this.loss = loss;
    }

    void transportId(int id) {
        if (id != 0) transportId = id;
    }

    void repairs(int rtxSsrc, int ssrc) {
        repaired.put(rtxSsrc, ssrc);
    }

    int repairedBy(int rtxSsrc) {
        return repaired.getOrDefault(rtxSsrc, 0);
    }

    boolean loses() {
        return loss > 0 && random.nextDouble() < loss;
    }

    void arrived(long now, ByteBuffer packet) {
        int at = transportId == 0 ? -1 : extension(packet);
        if (at >= 0) arrivals.received(now, packet.getShort(at) & 0xffff);
    }

    /** RFC 8285; headers are not encrypted. @return where the transport-wide number stands, -1: nowhere */
    private int extension(ByteBuffer packet) {
        int first = packet.get(0);
        int at = 12 + 4 * (first & 0xf);
        if ((first & 0x10) == 0 || at + 4 > packet.limit()) return -1;
        boolean small = (packet.getShort(at) & 0xffff) == 0xbede;
        int end = Math.min(packet.limit(), at + 4 + 4 * (packet.getShort(at + 2) & 0xffff));
        for (int p = at + 4; p + 2 < end; ) {
            int head = packet.get(p++) & 0xff;
            if (head == 0) continue;
            int length = small ? (head & 0xf) + 1 : packet.get(p++) & 0xff;
            if ((small ? head >> 4 : head) == transportId) return p;
            p += length;
        }
        return -1;
    }

    long nextWake(ReceivedStream[] streams) {
        long next = arrivals.nextWake();
        for (ReceivedStream stream : streams) if (!stream.repair) next = Time.earlier(next, stream.nacks.nextWake());
        return next;
    }

    void wake(long now, LoadPeer peer, int ownSsrc, ReceivedStream[] streams) {
        RtcpWriter out = peer.rtcp();
        for (ReceivedStream stream : streams) {
            if (stream.repair || !Time.due(stream.nacks.nextWake(), now)) continue;
            int count = stream.nacks.take(now, missing);
            if (count > 0) out.nack(ownSsrc, stream.ssrc, missing, count);
            if (out.isFull()) peer.sendRtcp();
        }
        if (Time.due(arrivals.nextWake(), now)) {
            int length = arrivals.write(now, ownSsrc, streams.length == 0 ? 0 : streams[0].ssrc);
            if (out.length() + length > RtcpWriter.LIMIT) peer.sendRtcp();
            if (length > 0) out.append(arrivals.bytes(), 0, length);
        }
        peer.sendRtcp();
    }
}
