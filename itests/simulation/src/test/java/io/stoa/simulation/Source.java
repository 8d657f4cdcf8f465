package io.stoa.simulation;

import io.stoa.base.Bytes;
import io.stoa.base.Time;
import io.stoa.rtp.Extension;
import io.stoa.rtp.RtcpWriter;
import io.stoa.sdp.MediaDescription;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** A camera or a microphone and its encoder: frames in time, key frames when asked for, retransmissions, sender reports. */
final class Source {
    enum Coding {
        OPUS("audio/opus", 48_000),
        PCMU("audio/pcmu", 8_000),
        PCMA("audio/pcma", 8_000),
        VP8("video/vp8", 90_000),
        VP9("video/vp9", 90_000),
        H264("video/h264", 90_000),
        H265("video/h265", 90_000);

        final String mime;
        final int clockRate;

        Coding(String mime, int clockRate) {
            this.mime = mime;
            this.clockRate = clockRate;
        }
    }

    private static final int HISTORY = 1_024;
    private static final int[] PARTS = {1, 2, 4, 4, 4};

    final String trackSid;
    final Coding coding;
    String cid;
    String mid;
    String[] rids = {"q", "h", "f"};
    /** 2: every other frame may be left out. */
    int temporalLayers = 1;
    /** More than 1: all in one stream, which depend on each other in key pictures only (L3T1_KEY); VP9 alone. */
    int spatialLayers = 1;
    /** Bytes of a packet's body. */
    int bodyBytes = 300;
    /** True: the second half of a frame's packets are a byte longer, as packetizers cut them. */
    boolean ragged;
    /** Loudness as in RFC 6464. */
    int audioLevel = 20;
    boolean paused;
    /** In front of every frame a packet without payload, as some senders probe. */
    boolean pads;
    /** How many earlier packets each packet repeats, where RED is asked for. */
    int redundant;
    /** Every so many packets one goes without RED, as an encoder does it with what is too long; 0: none. */
    int plainEvery;
    boolean redDisabled = true;
    /** Of every so many frames the packets say when it was captured; 0: none. */
    int capturesEvery;
    /** What they said, by number of the frame. */
    final Map<Integer, Long> captured = new HashMap<>();
    private long capturedAt;
    private int captureTimeId;
    boolean encrypted;
    private int redType = -1;
    private Redundancy redundancy = new Redundancy(0);
    private final Layer[] layers;
    private Client client;
    private RandomGenerator random;
    private int payloadType = -1;
    private int rtxPayloadType = -1;
    private int transportId;
    private int midId;
    private int ridId;
    private int repairedRidId;
    private int audioLevelId;
    private long startedAt;
    private long nextAt = Time.NEVER;
    private long tick;
    private int epoch;
    /** When the server reported, in order. */
    final List<Long> reportedAt = new ArrayList<>();
    int lastFractionLost;
    int lastReportedSr;

    static final class Layer {
        int ssrc;
        int rtxSsrc;
        int seq;
        int rtxSeq;
        int timestampBase;
        int frame;
        int pictureId;
        int tl0;
        int keyIdx;
        int reference;
        boolean keyWanted = true;
        boolean on = true;
        long packets;
        long octets;
        int retransmitted;
        int nacked;
        final List<Long> keyFramesAskedAt = new ArrayList<>();
        final List<Integer> keyFrames = new ArrayList<>();
        private final byte[][] history = new byte[HISTORY][];
        private final int[] historyPayloadAt = new int[HISTORY];
    }

    Source(String trackSid, Coding coding, int layerCount) {
        this.trackSid = trackSid;
        this.coding = coding;
        cid = "cid-" + trackSid;
        layers = new Layer[layerCount];
    }

    static Source microphone(String trackSid) {
        return new Source(trackSid, Coding.OPUS, 1);
    }

    /** @param redundant how many earlier packets each packet repeats */
    static Source microphone(String trackSid, int redundant) {
        Source source = microphone(trackSid);
        source.redundant = redundant;
        source.redDisabled = false;
        return source;
    }

    static Source camera(String trackSid) {
        return new Source(trackSid, Coding.VP8, 1);
    }

    static Source camera(String trackSid, Coding coding) {
        return new Source(trackSid, coding, 1);
    }

    static Source simulcast(String trackSid) {
        return new Source(trackSid, Coding.VP8, 3);
    }

    static Source scalable(String trackSid, int spatialLayers) {
        Source source = new Source(trackSid, Coding.VP9, 1);
        source.spatialLayers = spatialLayers;
        return source;
    }

    Source temporalLayers(int count) {
        temporalLayers = count;
        return this;
    }

    String kind() {
        return video() ? "video" : "audio";
    }

    boolean video() {
        return coding.mime.startsWith("video/");
    }

    String mime() {
        return coding.mime;
    }

    int layers() {
        return layers.length;
    }

    Layer layer(int index) {
        return layers[index];
    }

    String rid(int layer) {
        return rids[layer];
    }

    int ssrc(int layer) {
        return layers[layer].ssrc;
    }

    int rtxSsrc(int layer) {
        return layers[layer].rtxSsrc;
    }

    /** Frames made so far in a layer. */
    int frames(int layer) {
        return layers[layer].frame;
    }

    void begin(Client owner, long now, RandomGenerator randomness) {
        client = owner;
        random = randomness;
        startedAt = now;
        for (int i = 0; i < layers.length; i++) layers[i] = fresh();
    }

    private Layer fresh() {
        Layer layer = new Layer();
        layer.ssrc = random.nextInt();
        layer.rtxSsrc = random.nextInt();
        layer.seq = random.nextInt(0x10000);
        layer.rtxSeq = random.nextInt(0x10000);
        layer.timestampBase = random.nextInt();
        layer.pictureId = random.nextInt(0x8000);
        layer.tl0 = random.nextInt(0x100);
        layer.keyIdx = random.nextInt(0x20);
        return layer;
    }

    /** The encoder begins anew with other SSRCs and numbers; frames are counted from 0 again. */
    void restart() {
        epoch++;
        for (int i = 0; i < layers.length; i++) {
            boolean on = layers[i].on;
            layers[i] = fresh();
            layers[i].on = on;
        }
        redundancy = new Redundancy(redundant);
    }

    void negotiated(MediaDescription answer) {
        String wanted = coding.mime.substring(coding.mime.indexOf('/') + 1);
        answer.codecs.stream().filter(codec -> codec.is(wanted)).findFirst().ifPresent(codec -> {
            payloadType = codec.payloadType();
            rtxPayloadType = answer.rtxOf(payloadType) == null ? -1 : answer.rtxOf(payloadType).payloadType();
        });
        redType = redundant > 0 && answer.codecs.getFirst().isRed() ? answer.codecs.getFirst().payloadType() : -1;
        if (redType < 0 || layers[0].packets == 0) redundancy = new Redundancy(redundant);
        transportId = answer.extensionId(Extension.TRANSPORT_CC.uri);
        midId = answer.extensionId(Extension.MID.uri);
        ridId = answer.extensionId(Extension.RID.uri);
        repairedRidId = answer.extensionId(Extension.REPAIRED_RID.uri);
        audioLevelId = answer.extensionId(Extension.AUDIO_LEVEL.uri);
        captureTimeId = answer.extensionId(Extension.ABS_CAPTURE_TIME.uri);
        boolean sends = payloadType >= 0 && answer.direction.receives() && !answer.rejected();
        if (sends && nextAt == Time.NEVER) nextAt = startedAt;
        if (!sends) nextAt = Time.NEVER;
    }

    long nextWake() {
        return nextAt;
    }

    void wake(long now) {
        long interval = video() ? Time.SECOND / 30 : 20 * Time.MILLI;
        long since = now - startedAt;
        tick = since / interval;
        nextAt = startedAt + (tick + 1) * interval;
        if (paused) return;
        for (int i = 0; i < layers.length; i++) {
            if (!layers[i].on) continue;
            if (spatialLayers > 1) picture(layers[i]);
            else frame(now, i);
        }
    }

    /** A frame of each spatial layer, with numbers of their own. */
    private void picture(Layer layer) {
        boolean key = layer.keyWanted;
        layer.keyWanted = false;
        layer.pictureId = layer.pictureId + 1 & 0x7fff;
        if (key) layer.keyFrames.add(layer.frame);
        for (int spatial = 0; spatial < spatialLayers; spatial++) {
            int parts = PARTS[spatial] * (key ? 2 : 1);
            int reference = !key ? layer.frame - spatialLayers : spatial == 0 ? -1 : layer.frame - 1;
            for (int part = 0; part < parts; part++) packet(layer, 0, new Body(key && spatial == 0, spatial, epoch, 0, layer.frame, part, parts, reference, bodyBytes));
            layer.frame++;
        }
    }

    private int timestamp(Layer layer) {
        return layer.timestampBase + (int) (tick * (video() ? 3_000 : coding.clockRate / 50));
    }

    private void frame(long now, int index) {
        Layer layer = layers[index];
        capturedAt = 0;
        if (pads) padding(layer, index);
        if (capturesEvery > 0 && layer.frame % capturesEvery == 0) captured.put(layer.frame, capturedAt = client.ntp(now));
        boolean key = !video() || layer.keyWanted;
        layer.keyWanted = false;
        int temporal = key || temporalLayers == 1 ? 0 : layer.frame & 1;
        layer.pictureId = layer.pictureId + 1 & 0x7fff;
        if (temporal == 0) layer.tl0 = layer.tl0 + 1 & 0xff;
        if (key) layer.keyIdx = layer.keyIdx + 1 & 0x1f;
        if (key && video()) layer.keyFrames.add(layer.frame);
        int parts = !video() ? 1 : PARTS[layers.length == 1 ? 1 : index] * (key ? 2 : 1);
        for (int part = 0; part < parts; part++)
            packet(layer, index, new Body(key, index, epoch, temporal, layer.frame, part, parts, key ? -1 : layer.reference, bodyBytes + (ragged && 2 * part >= parts ? 1 : 0)));
        if (temporal == 0) layer.reference = layer.frame;
        layer.frame++;
    }

    private void packet(Layer layer, int index, Body body) {
        byte[] packet = new byte[(bodyBytes + 11) * (redundant + 1) + 120];
        boolean last = body.part() == body.parts() - 1;
        boolean red = redType >= 0 && (plainEvery == 0 || layer.frame % plainEvery != plainEvery - 1);
        int at = header(packet, layer, index, red ? redType : payloadType, layer.seq, timestamp(layer), video() ? last && body.layer() >= spatialLayers - 1 : layer.frame % 5 == 0, layer.ssrc, false);
        int payloadAt = at;
        at += descriptor(packet, at, layer, body, last);
        at += body.write(packet, at);
        if (red) at = payloadAt + redundancy.write(packet, payloadAt, payloadType, timestamp(layer), Arrays.copyOfRange(packet, payloadAt, at));
        remember(layer, Arrays.copyOf(packet, at), payloadAt);
        layer.packets++;
        layer.octets += at - payloadAt;
        layer.seq = layer.seq + 1 & 0xffff;
        client.sendProtected(packet, at);
    }

    private void padding(Layer layer, int index) {
        byte[] packet = new byte[200];
        int at = header(packet, layer, index, payloadType, layer.seq, timestamp(layer), false, layer.ssrc, false);
        packet[0] |= 0x20;
        packet[at + 99] = 100;
        remember(layer, Arrays.copyOf(packet, at + 100), at);
        layer.seq = layer.seq + 1 & 0xffff;
        client.sendProtected(packet, at + 100);
    }

    private static void remember(Layer layer, byte[] packet, int payloadAt) {
        int slot = layer.seq & HISTORY - 1;
        layer.history[slot] = packet;
        layer.historyPayloadAt[slot] = payloadAt;
    }

    /** The first packets of a stream say whose they are, all of video carry a transport-wide number. */
    private int header(byte[] packet, Layer layer, int index, int type, int seq, int timestamp, boolean marker, int ssrc, boolean repair) {
        packet[0] = (byte) 0x90;
        packet[1] = (byte) (marker ? 0x80 | type : type);
        Bytes.u16(packet, 2, seq);
        Bytes.i32(packet, 4, timestamp);
        Bytes.i32(packet, 8, ssrc);
        Bytes.u16(packet, 12, 0xBEDE);
        int at = 16;
        if (video() && transportId != 0) {
            packet[at++] = (byte) (transportId << 4 | 1);
            Bytes.u16(packet, at, client.nextTransportSeq());
            at += 2;
        }
        if (!video() && audioLevelId != 0) {
            packet[at++] = (byte) (audioLevelId << 4);
            packet[at++] = (byte) (0x80 | audioLevel);
        }
        boolean introduces = repair ? layer.retransmitted < 50 : layer.packets < 50;
        if (introduces && midId != 0) at = text(packet, at, midId, mid);
        if (introduces && layers.length > 1) at = text(packet, at, repair ? repairedRidId : ridId, rids[index]);
        if (!repair && capturedAt != 0 && captureTimeId != 0) { // with the offset between its clocks, as browsers do it
            packet[at] = (byte) (captureTimeId << 4 | 15);
            Bytes.i64(packet, at + 1, capturedAt);
            Bytes.i64(packet, at + 9, 0);
            at += 17;
        }
        while ((at & 3) != 0) packet[at++] = 0;
        Bytes.u16(packet, 14, (at - 16) / 4);
        return at;
    }

    private static int text(byte[] packet, int at, int id, String text) {
        packet[at++] = (byte) (id << 4 | text.length() - 1);
        for (int i = 0; i < text.length(); i++) packet[at++] = (byte) text.charAt(i);
        return at;
    }

    private int descriptor(byte[] packet, int at, Layer layer, Body body, boolean last) {
        boolean first = body.part() == 0;
        switch (coding) {
            case OPUS, PCMU, PCMA -> {
                packet[at] = 0x78;
                return 1;
            }
            case VP8 -> {
                packet[at] = (byte) (0x80 | (first ? 0x10 : 0));
                packet[at + 1] = (byte) 0xf0;
                Bytes.u16(packet, at + 2, 0x8000 | layer.pictureId);
                packet[at + 4] = (byte) layer.tl0;
                packet[at + 5] = (byte) (body.temporal() << 6 | (body.temporal() > 0 ? 0x20 : 0) | layer.keyIdx);
                return 6;
            }
            case VP9 -> {
                if (spatialLayers > 1) return scalable(packet, at, layer, body, last);
                packet[at] = (byte) (0x80 | (body.key() ? 0 : 0x40) | (first ? 0x08 : 0) | (last ? 0x04 : 0));
                Bytes.u16(packet, at + 1, 0x8000 | layer.pictureId);
                return 3;
            }
            case H264 -> {
                packet[at] = (byte) (!body.key() ? 0x41 : first ? 0x67 : 0x65);
                return 1;
            }
            case H265 -> {
                packet[at] = (byte) (!body.key() ? 0x02 : first ? 0x40 : 0x26);
                packet[at + 1] = 1;
                return 2;
            }
        }
        throw new AssertionError(coding);
    }

    /** Of a picture that is no key picture, every frame depends on an earlier one. */
    private int scalable(byte[] packet, int at, Layer layer, Body body, boolean last) {
        boolean inKeyPicture = body.reference() < 0 || body.reference() == body.frame() - 1;
        boolean structure = body.key() && body.part() == 0;
        packet[at] = (byte) (0xa0 | (inKeyPicture ? 0 : 0x40) | (body.part() == 0 ? 0x08 : 0) | (last ? 0x04 : 0) | (structure ? 0x02 : 0));
        Bytes.u16(packet, at + 1, 0x8000 | layer.pictureId);
        packet[at + 3] = (byte) (body.layer() << 1 | (inKeyPicture && body.layer() > 0 ? 1 : 0));
        packet[at + 4] = (byte) layer.tl0;
        packet[at + 5] = (byte) (structure ? spatialLayers - 1 << 5 : 0);
        return structure ? 6 : 5;
    }

    // -- what the server asks for

    private int layerOf(int ssrc) {
        for (int i = 0; i < layers.length; i++) if (layers[i].ssrc == ssrc) return i;
        return -1;
    }

    void keyFrameAsked(long now, int ssrc) {
        int index = layerOf(ssrc);
        if (index < 0) return;
        layers[index].keyWanted = true;
        layers[index].keyFramesAskedAt.add(now);
    }

    void nacked(long now, int ssrc, int seq) {
        int index = layerOf(ssrc);
        if (index < 0) return;
        Layer layer = layers[index];
        layer.nacked++;
        byte[] original = layer.history[seq & HISTORY - 1];
        if (original == null || Bytes.u16(original, 2) != seq) return;
        layer.retransmitted++;
        if (rtxPayloadType < 0) {
            client.sendProtected(original, original.length);
            return;
        }
        int payloadAt = layer.historyPayloadAt[seq & HISTORY - 1];
        byte[] packet = new byte[original.length + 60];
        int at = header(packet, layer, index, rtxPayloadType, layer.rtxSeq, Bytes.i32(original, 4), original[1] < 0, layer.rtxSsrc, true);
        layer.rtxSeq = layer.rtxSeq + 1 & 0xffff;
        packet[0] |= (byte) (original[0] & 0x20);
        Bytes.u16(packet, at, seq);
        int rest = original.length - payloadAt;
        System.arraycopy(original, payloadAt, packet, at + 2, rest);
        client.sendProtected(packet, at + 2 + rest);
    }

    void reported(long now, int ssrc, int fractionLost, int lastSr) {
        if (layerOf(ssrc) < 0) return;
        reportedAt.add(now);
        lastFractionLost = fractionLost;
        lastReportedSr = lastSr;
    }

    void report(long now, RtcpWriter rtcp) {
        for (Layer layer : layers) {
            if (layer.packets == 0 || !layer.on || paused) continue;
            int timestamp = layer.timestampBase + (int) ((now - startedAt) / 1_000 * coding.clockRate / 1_000_000);
            rtcp.senderReport(layer.ssrc, client.ntp(now), timestamp, layer.packets, layer.octets);
            rtcp.cname(layer.ssrc, new byte[] {'c', 'n'});
        }
    }
}
