package io.stoa.peer;

import io.stoa.base.Bytes;
import io.stoa.base.Time;
import io.stoa.bwe.SendSideEstimator;
import io.stoa.media.Translation;
import io.stoa.rtp.ActiveTargetsWriter;
import io.stoa.rtp.Extension;
import io.stoa.rtp.RedView;
import io.stoa.rtp.RtpView;
import io.stoa.sdp.Codec;
import io.stoa.sdp.MediaDescription;
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
    /** As much as the one-byte form of an extension takes. */
    private static final int LONGEST_MID = 16;
    /** As much as the two-byte form takes. */
    private static final int LONGEST_DESCRIPTOR = 255;
    /** Packets after which nobody asks for one that still carried the MID. */
    private static final int NAMED_FORGOTTEN = 0x4000;
    /** Of a time of capture; the offset between clocks that may follow is left out. */
    private static final int CAPTURE_TIME = 8;

    private final Peer peer;
    private final SenderSpec spec;
    private final int ssrc;
    private final int rtxSsrc;
    private final byte[] cname;
    /** Which of its codecs the client gets, -1 before it is bound. */
    private int rank = -1;
    /** The only codec that it may get, -1: any. */
    private int only = -1;
    /** The section as the client has taken it; null before it is bound. */
    private MediaDescription negotiated;
    private int payloadType = -1;
    private int rtxPayloadType = -1;
    private int redPayloadType = -1;
    private int dependencyDescriptorId;
    /** null as long as no descriptor had to be written again. */
    private ActiveTargetsWriter activeTargets;

    private byte[] rewritten;
    /** Of the transport-wide sequence number; 0: the client does not report arrivals, or packets may be repeated under their own numbers. */
    private int transportId;
    /** 0: nobody is to know when it was captured, or nobody says. */
    private int captureTimeId;
    /** 0: the client is not told how to play, or packets may be repeated under their own numbers. */
    private int playoutDelayId;
    /** null: the client plays as it likes. */
    private final PlayoutDelay playoutDelay;
    /** 0: the client does not know where packets belong by their MID. */
    private int midId;
    private byte[] mid = {};
    /** The client has spoken of the stream: it knows where its packets belong. */
    private boolean known;
    /** The last number that went with the MID, -1 if it is long ago. */
    private int lastNamed = -1;
    /** All that was negotiated and shows in a packet, and whether it changed after packets had been sent: none can be composed again as it was. */
    private long boundForm;
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
        playoutDelay = spec.video() && peer.spec().playout().delayed() ? new PlayoutDelay(peer.spec().playout()) : null;
    }

    public SenderSpec spec() {
        return spec;
    }

    /** Which of its codecs the client gets, -1 before that is known. */
    public int rank() {
        return rank;
    }

    /** The codec that the client gets; before that is known, the first one that it may get. */
    public Codec codec() {
        return spec.codecs().get(rank >= 0 ? rank : Math.max(0, only));
    }

    boolean may(int other) {
        return only < 0 || only == other;
    }

    /** It may get this codec only. */
    void only(int wanted) {
        only = wanted;
    }

    /** The rank of the only codec that it may get, 0 if it may get any. */
    public int onlyRank() {
        return Math.max(0, only);
    }

    MediaDescription negotiated() {
        return negotiated;
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

    /** @param section as the client has taken it */
    void bind(int newRank, MediaDescription section, Codec codec, Codec rtx, Codec red) {
        negotiated = section;
        payloadType = codec.payloadType();
        redPayloadType = red == null ? -1 : red.payloadType();
        rtxPayloadType = rtx == null ? -1 : rtx.payloadType();
        dependencyDescriptorId = section.extensionId(Extension.DEPENDENCY_DESCRIPTOR.uri);
        captureTimeId = spec.captureTimeId() == 0 ? 0 : section.extensionId(Extension.ABS_CAPTURE_TIME.uri);
        // A packet that is repeated under its own number has the same header, or two plaintexts share a nonce (RFC 7714 section 8.4).
        transportId = rtx == null || !codec.feedback().contains("transport-cc") ? 0 : section.extensionId(Extension.TRANSPORT_CC.uri);
        playoutDelayId = rtx == null || playoutDelay == null ? 0 : section.extensionId(Extension.PLAYOUT_DELAY.uri);
        byte[] newMid = this.section.mid.getBytes(StandardCharsets.UTF_8);
        midId = newMid.length == 0 || newMid.length > LONGEST_MID ? 0 : section.extensionId(Extension.MID.uri);
        long form = payloadType | dependencyDescriptorId << 8 | transportId << 16 | (rtx == null ? 0 : 1 << 24) | (long) midId << 32 | (long) captureTimeId << 40;
        boolean sameCodec = rank < 0 || rank == newRank; // of another one, nothing is sent again in this
        if (packets > 0 && sameCodec && (form != boundForm || !Arrays.equals(mid, newMid))) reformed = true;
        rank = newRank;
        boundForm = form;
        mid = newMid;
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
        payloadType = rank = -1;
        negotiated = null;
        known = false;
        reformed |= packets > 0; // what went without the MID would be repeated with it
    }

    /** The client has reported on the stream, or asked for something of it. */
    void known() {
        known = true;
    }

    /** The client has asked for that many packets again. */
    void missed(int count) {
        if (playoutDelay != null) playoutDelay.missed(count);
    }

    /** @param jitter in clock units */
    void reported(long now, int highest, long jitter) {
        if (playoutDelayId == 0) return;
        playoutDelay.acknowledge(highest);
        if (!spec.bursty()) playoutDelay.follow(now, jitter * 1_000 / codec().clockRate(), packets);
    }

    /**
     * Whether a packet carries the MID (RFC 8843 section 15): packets overtake the answer that names their SSRC, and a client that has no
     * other clue may give them to another track. All do until the client is known to know the stream; repetitions do as their
     * originals did.
     */
    private boolean named(int seq) {
        if (midId == 0) return false;
        if (!known) {
            if (lastNamed < 0 || (short) (seq - lastNamed) > 0) lastNamed = seq;
            return true;
        }
        if (lastNamed < 0) return false;
        int since = (short) (seq - lastNamed);
        if (since > NAMED_FORGOTTEN) lastNamed = -1;
        return since <= 0;
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
        int delay = playoutDelayId == 0 ? PlayoutDelay.NONE : playoutDelay.say(now, t.seq);
        int p = header(out, at, payloadType, t.seq, t.timestamp, t.marker, ssrc, named(t.seq), delay, t, source);
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
     * A packet whose payload is given: of audio, in RED or plain, it may have been unpacked, or composed; or it fills in for what does not come.
     *
     * @param red the payload is RED, its blocks of any payload type; only where the client takes that
     * @param source the packet of the same moment, null if none came: its extensions pass through
     */
    public void write(long now, Translation t, byte[] payload, int offset, int length, boolean red, RtpView source) {
        if (!ready()) return;
        PacketOutbox outbox = peer.outbox();
        int at = outbox.begin();
        byte[] out = outbox.slab();
        int p = header(out, at, red ? redPayloadType : payloadType, t.seq, t.timestamp, t.marker, ssrc, named(t.seq), PlayoutDelay.NONE, t, source);
        System.arraycopy(payload, offset, out, p, length);
        if (red) RedView.retype(out, p, payloadType);
        packets++;
        octets += length;
        lastTimestamp = t.timestamp;
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
        int p = header(out, at, rtxPayloadType, rtxSeq++ & 0xffff, t.timestamp, t.marker, rtxSsrc, !known && midId != 0, PlayoutDelay.NONE, t, source);
        Bytes.u16(out, p, t.seq);
        int end = payload(out, p + 2, t, source);
        commit(now, at, end - at);
    }

    /** A packet of nothing but padding, by the retransmission stream, where numbers are free: for probes. Only if {@link #canPad}. */
    public int pad(long now) {
        PacketOutbox outbox = peer.outbox();
        int at = outbox.begin();
        byte[] out = outbox.slab();
        int p = header(out, at, rtxPayloadType, rtxSeq++ & 0xffff, lastTimestamp, false, rtxSsrc, !known && midId != 0, PlayoutDelay.NONE, null, null);
        out[at] |= PADDED;
        Arrays.fill(out, p, p + PADDING - 1, (byte) 0);
        out[p + PADDING - 1] = (byte) PADDING;
        commit(now, at, p + PADDING - at);
        return p + PADDING - at;
    }

    /** A packet under the stream's own numbers in which there is nothing but padding. */
    public void writeNothing(long now, Translation t) {
        if (!ready()) return;
        PacketOutbox outbox = peer.outbox();
        int at = outbox.begin();
        byte[] out = outbox.slab();
        int p = header(out, at, payloadType, t.seq, t.timestamp, false, ssrc, named(t.seq), PlayoutDelay.NONE, t, null);
        out[at] |= PADDED;
        Arrays.fill(out, p, p + EVEN - 1, (byte) 0);
        out[p + EVEN - 1] = EVEN;
        packets++;
        lastTimestamp = t.timestamp;
        commit(now, at, p + EVEN - at);
    }

    /** @param source null if none of its extensions pass through */
    private int header(byte[] out, int at, int pt, int seq, int timestamp, boolean marker, int toSsrc, boolean named, int delay, Translation t, RtpView source) {
        out[at] = (byte) 0x80;
        out[at + 1] = (byte) (marker ? 0x80 | pt : pt);
        Bytes.u16(out, at + 2, seq);
        Bytes.i32(out, at + 4, timestamp);
        Bytes.i32(out, at + 8, toSsrc);
        int p = at + RtpView.HEADER;
        long captured = source == null || captureTimeId == 0 ? 0 : captured(source);
        int from = source == null || dependencyDescriptorId == 0 || spec.dependencyDescriptorId() == 0 ? -1 : source.extensionOffset(spec.dependencyDescriptorId());
        if (from >= 0) {
            int grown = t.targets == 0 ? 0 : retarget(t, source.bytes(), from, source.extensionLength());
            if (grown > 0) return extensions(out, at, p, named, captured, delay, rewritten, 0, grown);
            return extensions(out, at, p, named, captured, delay, source.bytes(), from, source.extensionLength());
        }
        if (named || captured != 0 || delay >= 0 || transportId > 14) return extensions(out, at, p, named, captured, delay, out, p, 0);
        if (transportId == 0) return p;
        out[at] = (byte) 0x90;
        Bytes.i32(out, p, 0xBEDE0001);
        Bytes.i32(out, p + 4, (transportId << 4 | 1) << 16);
        return p + 8;
    }

    /** The dependency descriptor tells of the targets that are active for this client. @return its length in {@link #rewritten}, 0 if it stays as it is */
    private int retarget(Translation t, byte[] bytes, int from, int length) {
        if (activeTargets == null) {
            activeTargets = new ActiveTargetsWriter();
            rewritten = new byte[LONGEST_DESCRIPTOR + ActiveTargetsWriter.MAX_GROWTH];
        }
        int grown = activeTargets.write(bytes, from, length, t.targets, t.activeTargets, rewritten, 0);
        return grown <= LONGEST_DESCRIPTOR ? grown : 0;
    }

    /**
     * By the publisher's clock, which is that of our sender reports, so that it is right as it is (spec 6.10) and the same in a repetition.
     *
     * @return NTP format, 0 if the packet does not say it
     */
    private long captured(RtpView source) {
        int at = source.extensionOffset(spec.captureTimeId());
        return at < 0 || source.extensionLength() < CAPTURE_TIME ? 0 : Bytes.i64(source.bytes(), at);
    }

    /**
     * RFC 8285: one-byte form where all fits it, else two-byte form. The transport-wide number comes first, with a byte of padding before it
     * in the one-byte form, so that it stands at {@link #TRANSPORT_SEQ} always; then the MID, the time of capture, the delay, the descriptor.
     */
    private int extensions(byte[] out, int at, int p, boolean named, long captured, int delay, byte[] bytes, int from, int length) {
        out[at] = (byte) 0x90;
        boolean small = length <= 16 && dependencyDescriptorId < 15 && transportId < 15 && midId < 15 && captureTimeId < 15 && playoutDelayId < 15;
        Bytes.u16(out, p, small ? 0xBEDE : 0x1000);
        int q = p + 4;
        if (transportId != 0) {
            if (small) out[q++] = 0;
            q = element(out, q, small, transportId, 2) + 2;
        }
        if (named) {
            q = element(out, q, small, midId, mid.length);
            System.arraycopy(mid, 0, out, q, mid.length);
            q += mid.length;
        }
        if (captured != 0) {
            q = element(out, q, small, captureTimeId, CAPTURE_TIME);
            Bytes.i64(out, q, captured);
            q += CAPTURE_TIME;
        }
        if (delay >= 0) {
            q = element(out, q, small, playoutDelayId, 3);
            Bytes.u24(out, q, delay);
            q += 3;
        }
        if (length > 0) {
            q = element(out, q, small, dependencyDescriptorId, length);
            System.arraycopy(bytes, from, out, q, length);
            q += length;
        }
        while ((q - p & 3) != 0) out[q++] = 0;
        Bytes.u16(out, p + 2, (q - p - 4) / 4);
        return q;
    }

    private static int element(byte[] out, int q, boolean small, int id, int length) {
        out[q] = (byte) (small ? id << 4 | length - 1 : id);
        if (small) return q + 1;
        out[q + 1] = (byte) length;
        return q + 2;
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
        int timestamp = referenceTimestamp + (int) (elapsed / 1_000 * codec().clockRate() / 1_000_000);
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
