package io.stoa.peer;

import io.stoa.base.Bytes;
import io.stoa.base.Time;
import io.stoa.bwe.SendSideEstimator;
import io.stoa.media.Translation;
import io.stoa.rtp.RedView;
import io.stoa.rtp.RtpView;
import io.stoa.sdp.Codec;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A track that the client receives. Composes packets from what a forwarder decided and the packet it came from; keeps what sender
 * reports need. Decides nothing.
 */
public final class Sender {
    private static final int REPORTS = 4;
    /** From the packet's begin: header, the extension's header, a byte of padding or the first of two, id. */
    private static final int TRANSPORT_SEQ = RtpView.HEADER + 4 + 2;
    /** As much as one byte can count. */
    private static final int PADDING = 255;
    private static final int PADDED = 0x20;
    /** Lengths are made multiples of this, a power of two; see {@link #even}. */
    private static final int EVEN = 8;
    private static final int SHORTEST_EVENED = 512;
    /** Longer ones may be as long as their path takes. */
    private static final int LONGEST_EVENED = 1_240;

    private final Peer peer;
    private final SenderSpec spec;
    private final int ssrc;
    private final int rtxSsrc;
    private final byte[] cname;
    private int payloadType = -1;
    private int rtxPayloadType = -1;
    private int redPayloadType = -1;
    private int dependencyDescriptorId;
    /** Of the transport-wide sequence number; 0: the client does not report arrivals, or packets may be repeated under their own numbers. */
    private int transportId;
    /** All that was negotiated and shows in a packet, and whether it changed after packets had been sent: none can be composed again as it was. */
    private int boundForm;
    private boolean reformed;
    private int rtxSeq;
    private int lastTimestamp;
    private long packets;
    private long octets;
    private long referenceNtp;
    private int referenceTimestamp;
    private long referenceAt;
    private final int[] reportMiddles = new int[REPORTS];
    private final long[] reportTimes = new long[REPORTS];
    private int reports;
    Section section;
    /** For whoever feeds the sender. */
    public Object attachment;

    Sender(Peer peer, SenderSpec spec, int ssrc, int rtxSsrc, int firstRtxSeq) {
        this.peer = peer;
        this.spec = spec;
        this.ssrc = ssrc;
        this.rtxSsrc = rtxSsrc;
        rtxSeq = firstRtxSeq;
        cname = spec.streamId().getBytes(StandardCharsets.UTF_8);
    }

    public SenderSpec spec() {
        return spec;
    }

    public int ssrc() {
        return ssrc;
    }

    int rtxSsrc() {
        return rtxSsrc;
    }

    /** Negotiated: the client knows what will come. */
    public boolean bound() {
        return payloadType >= 0;
    }

    /** Negotiated, and the connection is up: what is written now arrives. */
    public boolean ready() {
        return payloadType >= 0 && peer.canSendMedia();
    }

    public long packets() {
        return packets;
    }

    /** Whether the client takes audio in RED. */
    public boolean red() {
        return redPayloadType >= 0;
    }

    void bind(Codec codec, Codec rtx, Codec red, int newDependencyDescriptorId, int newTransportId) {
        payloadType = codec.payloadType();
        redPayloadType = red == null ? -1 : red.payloadType();
        rtxPayloadType = rtx == null ? -1 : rtx.payloadType();
        dependencyDescriptorId = newDependencyDescriptorId;
        // A packet that is repeated under its own number has the same header, or two plaintexts share a nonce (RFC 7714 section 8.4).
        transportId = rtx == null ? 0 : newTransportId;
        int form = payloadType | dependencyDescriptorId << 8 | transportId << 16 | (rtx == null ? 0 : 1 << 24);
        if (packets > 0 && form != boundForm) reformed = true;
        boundForm = form;
    }

    /** Whether its packets carry a transport-wide number. */
    boolean counted() {
        return transportId != 0;
    }

    /** Whether probes can be sent beside its media. */
    public boolean canPad() {
        return rtxPayloadType >= 0 && transportId != 0 && packets > 0 && ready();
    }

    void unbind() {
        payloadType = -1;
    }

    /**
     * Hop 13: the one copy per subscriber. Header, the extensions that pass through, a replaced descriptor and the payload are put into a
     * slot of the outbox.
     */
    public void write(long now, Translation t, RtpView source) {
        PacketOutbox outbox = peer.outbox();
        if (!ready()) return;
        int at = outbox.begin();
        byte[] out = outbox.slab();
        int p = header(out, at, payloadType, t.seq, t.timestamp, t.marker, ssrc, source);
        int end = payload(out, p, t, source);
        packets++;
        octets += end - p;
        lastTimestamp = t.timestamp;
        commit(now, at, even(out, at, end) - at);
    }

    /**
     * Packetizers cut a frame into parts that differ by a byte. A few bytes of padding (RFC 3550 section 5.1) make them equal, so that the
     * kernel takes a subscriber's whole frame at once. Not without RTX: a packet that is repeated under its own number must be the
     * same, and is not padded when it is composed again.
     */
    private int even(byte[] out, int at, int end) {
        int length = end - at;
        int padding = -length & EVEN - 1;
        if (padding == 0 || rtxPayloadType < 0 || length < SHORTEST_EVENED || length > LONGEST_EVENED) return end;
        out[at] |= PADDED;
        Arrays.fill(out, end, end + padding - 1, (byte) 0);
        out[end + padding - 1] = (byte) padding;
        return end + padding;
    }

    /** The number by which the client reports the packet's arrival is given last: in the order of sending. */
    private void commit(long now, int at, int length) {
        SendSideEstimator estimator = peer.estimator();
        if (estimator != null) {
            if (transportId == 0) estimator.sentBeside(length);
            else Bytes.u16(peer.outbox().slab(), at + TRANSPORT_SEQ, estimator.sent(now, length));
        }
        peer.outbox().commit(peer.outbound(), peer.selected(), length);
    }

    /**
     * A packet of audio whose payload is given, in RED or plain: it may have been unpacked, or composed.
     *
     * @param red the payload is RED, its blocks of any payload type; only where the client takes that
     */
    public void write(long now, Translation t, byte[] payload, int offset, int length, boolean red) {
        if (!ready()) return;
        PacketOutbox outbox = peer.outbox();
        int at = outbox.begin();
        byte[] out = outbox.slab();
        int p = header(out, at, red ? redPayloadType : payloadType, t.seq, t.timestamp, t.marker, ssrc, null);
        System.arraycopy(payload, offset, out, p, length);
        if (red) RedView.retype(out, p, payloadType);
        packets++;
        octets += length;
        commit(now, at, p + length - at);
    }

    /** The same packet again: by RTX (RFC 4588) if it was negotiated, else under its own number, if it can be composed as it was. */
    public void resend(long now, Translation t, RtpView source) {
        if (rtxPayloadType < 0) {
            if (!reformed) write(now, t, source);
            return;
        }
        if (!ready()) return;
        PacketOutbox outbox = peer.outbox();
        int at = outbox.begin();
        byte[] out = outbox.slab();
        int p = header(out, at, rtxPayloadType, rtxSeq++ & 0xffff, t.timestamp, t.marker, rtxSsrc, source);
        Bytes.u16(out, p, t.seq);
        int end = payload(out, p + 2, t, source);
        commit(now, at, end - at);
    }

    /** A packet of nothing but padding, by the retransmission stream, where numbers are free: for probes. Only if {@link #canPad}. */
    public int pad(long now) {
        PacketOutbox outbox = peer.outbox();
        int at = outbox.begin();
        byte[] out = outbox.slab();
        int p = header(out, at, rtxPayloadType, rtxSeq++ & 0xffff, lastTimestamp, false, rtxSsrc, null);
        out[at] |= PADDED;
        Arrays.fill(out, p, p + PADDING - 1, (byte) 0);
        out[p + PADDING - 1] = (byte) PADDING;
        commit(now, at, p + PADDING - at);
        return p + PADDING - at;
    }

    /** @param source null if none of its extensions pass through */
    private int header(byte[] out, int at, int pt, int seq, int timestamp, boolean marker, int toSsrc, RtpView source) {
        out[at] = (byte) 0x80;
        out[at + 1] = (byte) (marker ? 0x80 | pt : pt);
        Bytes.u16(out, at + 2, seq);
        Bytes.i32(out, at + 4, timestamp);
        Bytes.i32(out, at + 8, toSsrc);
        int p = at + RtpView.HEADER;
        int from = source == null || dependencyDescriptorId == 0 || spec.dependencyDescriptorId() == 0 ? -1 : source.extensionOffset(spec.dependencyDescriptorId());
        if (from >= 0) return extensions(out, at, p, source.bytes(), from, source.extensionLength());
        if (transportId == 0) return p;
        if (transportId > 14) return extensions(out, at, p, out, p, 0);
        out[at] = (byte) 0x90;
        Bytes.i32(out, p, 0xBEDE0001);
        Bytes.i32(out, p + 4, (transportId << 4 | 1) << 16);
        return p + 8;
    }

    /**
     * RFC 8285: one-byte form where all fits it, else two-byte form. The transport-wide number comes first, with a byte of padding before it
     * in the one-byte form, so that it stands at {@link #TRANSPORT_SEQ} always.
     */
    private int extensions(byte[] out, int at, int p, byte[] bytes, int from, int length) {
        out[at] = (byte) 0x90;
        boolean small = length >= 1 && length <= 16 && dependencyDescriptorId < 15 && transportId < 15;
        Bytes.u16(out, p, small ? 0xBEDE : 0x1000);
        int q = p + 4;
        if (transportId != 0) {
            if (small) out[q++] = 0;
            out[q++] = (byte) (small ? transportId << 4 | 1 : transportId);
            if (!small) out[q++] = 2;
            q += 2;
        }
        if (length > 0) out[q++] = (byte) (small ? dependencyDescriptorId << 4 | length - 1 : dependencyDescriptorId);
        if (!small && length > 0) out[q++] = (byte) length;
        System.arraycopy(bytes, from, out, q, length);
        q += length;
        while ((q - p & 3) != 0) out[q++] = 0;
        Bytes.u16(out, p + 2, (q - p - 4) / 4);
        return q;
    }

    private static int payload(byte[] out, int p, Translation t, RtpView source) {
        if (t.descriptorReplaces == Translation.WHOLE_PAYLOAD) return p;
        if (t.descriptorLength > 0) System.arraycopy(t.descriptor, 0, out, p, t.descriptorLength);
        int rest = source.payloadLength() - t.descriptorReplaces;
        System.arraycopy(source.bytes(), source.payloadOffset() + t.descriptorReplaces, out, p + t.descriptorLength, rest);
        return p + t.descriptorLength + rest;
    }

    /** What sender reports say from now on: this NTP time belongs to this outgoing timestamp. */
    public void reference(long ntp, int timestamp, long at) {
        referenceNtp = ntp;
        referenceTimestamp = timestamp;
        referenceAt = at;
    }

    boolean canReport() {
        return bound() && referenceNtp != 0 && packets > 0;
    }

    void report(long now, io.stoa.rtp.RtcpWriter rtcp) {
        long elapsed = now - referenceAt;
        long ntp = referenceNtp + (elapsed / Time.SECOND << 32) + ((elapsed % Time.SECOND << 32) / Time.SECOND);
        int timestamp = referenceTimestamp + (int) (elapsed / 1_000 * spec.codec().clockRate() / 1_000_000);
        int slot = reports++ % REPORTS;
        reportMiddles[slot] = (int) (ntp >>> 16);
        reportTimes[slot] = now;
        rtcp.senderReport(ssrc, ntp, timestamp, packets, octets);
        rtcp.cname(ssrc, cname);
    }

    /** @return 0 if the block answers no report of ours */
    long roundTrip(long now, int lastSr, long delay65536) {
        for (int i = 0; i < REPORTS; i++)
            if (lastSr != 0 && reportMiddles[i] == lastSr) return Math.max(1, now - reportTimes[i] - delay65536 * Time.SECOND / 65_536);
        return 0;
    }
}
