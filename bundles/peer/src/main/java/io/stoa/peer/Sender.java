package io.stoa.peer;

import io.stoa.base.Bytes;
import io.stoa.base.Time;
import io.stoa.media.Translation;
import io.stoa.rtp.RedView;
import io.stoa.rtp.RtpView;
import io.stoa.sdp.Codec;
import java.nio.charset.StandardCharsets;

/**
 * A track that the client receives. Composes packets from what a forwarder decided and the packet it came from; keeps what sender
 * reports need. Decides nothing.
 */
public final class Sender {
    private static final int REPORTS = 4;

    private final Peer peer;
    private final SenderSpec spec;
    private final int ssrc;
    private final int rtxSsrc;
    private final byte[] cname;
    private int payloadType = -1;
    private int rtxPayloadType = -1;
    private int redPayloadType = -1;
    private int dependencyDescriptorId;
    private int rtxSeq;
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

    void bind(Codec codec, Codec rtx, Codec red, int newDependencyDescriptorId) {
        payloadType = codec.payloadType();
        redPayloadType = red == null ? -1 : red.payloadType();
        rtxPayloadType = rtx == null ? -1 : rtx.payloadType();
        dependencyDescriptorId = newDependencyDescriptorId;
    }

    void unbind() {
        payloadType = -1;
    }

    /**
     * Hop 13: the one copy per subscriber. Header, the extensions that pass through, a replaced descriptor and the payload are put into a
     * slot of the outbox.
     */
    public void write(Translation t, RtpView source) {
        PacketOutbox outbox = peer.outbox();
        if (!ready()) return;
        int at = outbox.begin();
        byte[] out = outbox.slab();
        int p = header(out, at, payloadType, t.seq, t.timestamp, t.marker, ssrc, source);
        int end = payload(out, p, t, source);
        packets++;
        octets += end - p;
        outbox.commit(peer.outbound(), peer.selected(), end - at);
    }

    /**
     * A packet of audio whose payload is given, in RED or plain: it may have been unpacked, or composed.
     *
     * @param red the payload is RED, its blocks of any payload type; only where the client takes that
     */
    public void write(Translation t, byte[] payload, int offset, int length, boolean red) {
        if (!ready()) return;
        PacketOutbox outbox = peer.outbox();
        int at = outbox.begin();
        byte[] out = outbox.slab();
        int p = header(out, at, red ? redPayloadType : payloadType, t.seq, t.timestamp, t.marker, ssrc, null);
        System.arraycopy(payload, offset, out, p, length);
        if (red) RedView.retype(out, p, payloadType);
        packets++;
        octets += length;
        outbox.commit(peer.outbound(), peer.selected(), p + length - at);
    }

    /** The same packet again: by RTX (RFC 4588) if it was negotiated, else under its own number. */
    public void resend(Translation t, RtpView source) {
        if (rtxPayloadType < 0) {
            write(t, source);
            return;
        }
        if (!ready()) return;
        PacketOutbox outbox = peer.outbox();
        int at = outbox.begin();
        byte[] out = outbox.slab();
        int p = header(out, at, rtxPayloadType, rtxSeq++ & 0xffff, t.timestamp, t.marker, rtxSsrc, source);
        Bytes.u16(out, p, t.seq);
        int end = payload(out, p + 2, t, source);
        outbox.commit(peer.outbound(), peer.selected(), end - at);
    }

    /** @param source null if none of its extensions pass through */
    private int header(byte[] out, int at, int pt, int seq, int timestamp, boolean marker, int toSsrc, RtpView source) {
        out[at] = (byte) 0x80;
        out[at + 1] = (byte) (marker ? 0x80 | pt : pt);
        Bytes.u16(out, at + 2, seq);
        Bytes.i32(out, at + 4, timestamp);
        Bytes.i32(out, at + 8, toSsrc);
        int p = at + RtpView.HEADER;
        if (source == null || dependencyDescriptorId == 0 || spec.dependencyDescriptorId() == 0) return p;
        int from = source.extensionOffset(spec.dependencyDescriptorId());
        return from < 0 ? p : extension(out, at, p, source.bytes(), from, source.extensionLength());
    }

    /** RFC 8285: one-byte form where the data fits it, else two-byte form. */
    private int extension(byte[] out, int at, int p, byte[] bytes, int from, int length) {
        out[at] |= 0x10;
        boolean small = length >= 1 && length <= 16 && dependencyDescriptorId < 15;
        Bytes.u16(out, p, small ? 0xBEDE : 0x1000);
        int q = p + 4;
        if (small) {
            out[q++] = (byte) (dependencyDescriptorId << 4 | length - 1);
        } else {
            out[q++] = (byte) dependencyDescriptorId;
            out[q++] = (byte) length;
        }
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
