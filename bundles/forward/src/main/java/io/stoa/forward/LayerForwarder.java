package io.stoa.forward;

import io.stoa.base.Drop;
import io.stoa.base.Time;
import io.stoa.media.Forwarder;
import io.stoa.media.ForwarderSpec;
import io.stoa.media.ForwarderState;
import io.stoa.media.PacketMeta;
import io.stoa.media.Translation;
import io.stoa.protocol.livekit.RTCPSenderReportState;
import io.stoa.protocol.livekit.RTPForwarderState;
import io.stoa.protocol.livekit.RTPMungerState;
import io.stoa.protocol.livekit.VP8MungerState;
import io.stoa.rtp.FrameMeaning;
import io.stoa.rtp.Vp8Descriptor;
import java.util.SplittableRandom;

/**
 * One track for one subscriber. A packet goes on if it is of the current layer; a key frame of the layer that is aimed at makes that
 * layer the current one. Before the first key frame any layer will do: the first picture counts.
 */
final class LayerForwarder implements Forwarder {
    private static final int LAYERS = 3;
    private static final long MIN_ASK = 200 * Time.MILLI;
    private static final long MAX_ASK = Time.SECOND;

    private final ForwarderSpec spec;
    private final boolean vp8;
    private final boolean waitsForKeyFrame;
    private final SequenceMap sequence;
    private final TimestampBridge time;
    private final Vp8Bridge pictures = new Vp8Bridge();

    private int current = -1;
    private int epoch;
    private int maxSpatial = 2;
    private int maxTemporal = 3;
    private int liveMask;
    private boolean needsKeyFrame;
    private boolean lost;
    private boolean lastMarker;
    private long askedAt;
    private boolean asked;
    private int currentTemporal = 3;
    private int droppedPicture = -1;
    /** The first packet after a hand-over tells which source it is: the numbering goes on with it. */
    private boolean restored;

    LayerForwarder(ForwarderSpec spec) {
        this.spec = spec;
        vp8 = spec.mime().equalsIgnoreCase("video/vp8");
        waitsForKeyFrame = spec.video() && FrameMeaning.kindOf(spec.mime()) != FrameMeaning.Kind.OTHER_VIDEO;
        SplittableRandom random = new SplittableRandom(spec.seed());
        // Not near the wrap: some decoders confuse an early roll-over with a jump.
        sequence = new SequenceMap(1L << 16 | random.nextInt(0x4000));
        time = new TimestampBridge(spec.clockRate(), random.nextInt());
        needsKeyFrame = waitsForKeyFrame;
    }

    @Override
    public Drop forward(long now, PacketMeta in, Translation out) {
        if (restored && in.layer == current) {
            restored = false;
            epoch = in.epoch;
        }
        if (current < 0 || in.layer != current || in.epoch != epoch || needsKeyFrame) {
            if (!mayBegin(in)) return in.layer == current || current < 0 ? Drop.WAITING_FOR_KEY_FRAME : Drop.NOT_TARGET_LAYER;
            begin(in);
        } else if (sequence.isBefore(in.index)) {
            return Drop.OUT_OF_ORDER_BEFORE_SWITCH;
        }
        if (vp8 && in.descriptor != 0 && tooHigh(in)) return dropTemporal(in);
        long index = sequence.translate(in.index);
        if (index < 0) return Drop.OUT_OF_ORDER_BEFORE_SWITCH;
        out.seq = (int) index & 0xffff;
        out.timestamp = time.translate(in.timestamp, in.arrivedAt);
        out.marker = lastMarker = in.marker;
        out.keepPayload();
        if (vp8 && in.descriptor != 0) {
            long translated = pictures.translate(in.descriptor);
            out.descriptorReplaces = Vp8Descriptor.length(in.descriptor);
            out.descriptorLength = Vp8Descriptor.write(translated, out.descriptor, 0);
        }
        return null;
    }

    /** Whether this packet may be the first of its layer (or of its source) that goes on. */
    private boolean mayBegin(PacketMeta in) {
        if (!waitsForKeyFrame) return true;
        if (!FrameMeaning.keyFrame(in.meaning)) return false;
        if (current < 0 || in.layer == current) return true;
        return in.layer == targetLayer();
    }

    private void begin(PacketMeta in) {
        if (vp8) pictures.anchor(in.descriptor);
        sequence.anchor(in.index);
        time.change(current, in.layer, in.timestamp, in.arrivedAt);
        current = in.layer;
        epoch = in.epoch;
        needsKeyFrame = false;
        lost = false;
        asked = false;
        currentTemporal = maxTemporal;
        droppedPicture = -1;
    }

    /** Temporal layers go down at once and up where the stream allows it. */
    private boolean tooHigh(PacketMeta in) {
        if (!Vp8Descriptor.hasTid(in.descriptor)) return false;
        if (currentTemporal > maxTemporal) currentTemporal = maxTemporal;
        int tid = Vp8Descriptor.tid(in.descriptor);
        if (tid > currentTemporal && tid <= maxTemporal && Vp8Descriptor.layerSync(in.descriptor) && Vp8Descriptor.frameStart(in.descriptor)) currentTemporal = tid;
        return tid > currentTemporal;
    }

    private Drop dropTemporal(PacketMeta in) {
        int picture = Vp8Descriptor.pictureId(in.descriptor);
        if (in.index > sequence.lastIn() && picture != droppedPicture) {
            droppedPicture = picture;
            pictures.dropFrame();
        }
        sequence.drop(in.index);
        return Drop.TEMPORAL_LAYER;
    }

    @Override
    public void target(long now, int spatial, int temporal) {
        maxSpatial = spatial;
        if (temporal > maxTemporal && !vp8) currentTemporal = temporal;
        maxTemporal = temporal;
        asked = false;
    }

    @Override
    public void live(long now, int layerMask) {
        liveMask = layerMask;
    }

    @Override
    public void senderReport(long now, int layer, long ntp, int rtpTimestamp) {
        time.senderReport(layer, ntp, rtpTimestamp);
    }

    @Override
    public int keyFrameWanted(long now, long roundTripNanos) {
        if (!waitsForKeyFrame) return -1;
        int wanted = targetLayer();
        boolean needed = current < 0 || needsKeyFrame || lost || wanted >= 0 && wanted != current;
        if (!needed) return -1;
        if (asked && now - askedAt < Math.clamp(2 * roundTripNanos, MIN_ASK, MAX_ASK)) return -1;
        asked = true;
        askedAt = now;
        if (lost && wanted == current) return current;
        return Math.max(0, wanted);
    }

    @Override
    public void keyFrameLost(long now) {
        lost = true;
    }

    @Override
    public void resync(long now) {
        needsKeyFrame = waitsForKeyFrame;
        if (!waitsForKeyFrame) current = -1;
        asked = false;
    }

    @Override
    public int currentLayer() {
        return current;
    }

    /** The highest live layer that the subscriber wants; where none of those lives, the lowest that does. */
    @Override
    public int targetLayer() {
        if (!spec.simulcast()) return 0;
        for (int layer = Math.min(maxSpatial, LAYERS - 1); layer >= 0; layer--) if ((liveMask >> layer & 1) != 0) return layer;
        return liveMask == 0 ? current : Integer.numberOfTrailingZeros(liveMask);
    }

    // -- hand-over

    @Override
    public ForwarderState snapshot() {
        RTPMungerState numbers = RTPMungerState.newBuilder()
                .setExtLastSequenceNumber(sequence.highestOut())
                .setExtLastTimestamp(Integer.toUnsignedLong(time.lastOut()))
                .setLastMarker(lastMarker)
                .build();
        RTPForwarderState.Builder munger = RTPForwarderState.newBuilder()
                .setStarted(current >= 0)
                .setReferenceLayerSpatial(current)
                .setRtpMunger(numbers);
        if (vp8 && pictures.lastPicture() >= 0)
            munger.setVp8Munger(VP8MungerState.newBuilder()
                    .setExtLastPictureId(pictures.lastPicture())
                    .setPictureIdUsed(Vp8Descriptor.hasPictureId(pictures.lastIn()))
                    .setLastTl0PicIdx(pictures.lastTl0())
                    .setTl0PicIdxUsed(Vp8Descriptor.hasTl0PicIdx(pictures.lastIn()))
                    .setTidUsed(Vp8Descriptor.hasTid(pictures.lastIn()))
                    .setLastKeyIdx(pictures.lastKey())
                    .setKeyIdxUsed(Vp8Descriptor.hasKeyIdx(pictures.lastIn())));
        for (int layer = 0; layer < LAYERS; layer++)
            munger.addSenderReportState(RTCPSenderReportState.newBuilder()
                    .setNtpTimestamp(time.ntp(layer))
                    .setRtpTimestamp(time.reported(layer)));
        boolean inStep = current >= 0 && !needsKeyFrame;
        return new ForwarderState(
                current, maxSpatial, maxTemporal, time.lastIn(), inStep ? sequence.lastIn() : -1, pictures.lastIn(), munger.build());
    }

    void restore(ForwarderState from) {
        RTPForwarderState munger = from.munger();
        if (!munger.hasRtpMunger()) throw new IllegalArgumentException("a forwarder state without numbers");
        current = from.currentLayer();
        maxSpatial = from.maxSpatial();
        maxTemporal = currentTemporal = from.maxTemporal();
        lastMarker = munger.getRtpMunger().getLastMarker();
        for (int layer = 0; layer < Math.min(LAYERS, munger.getSenderReportStateCount()); layer++) {
            RTCPSenderReportState report = munger.getSenderReportState(layer);
            time.senderReport(layer, report.getNtpTimestamp(), report.getRtpTimestamp());
        }
        time.resume(from.lastLayerTimestamp(), (int) munger.getRtpMunger().getExtLastTimestamp(), 0);
        sequence.resume(Math.max(0, from.lastLayerIndex()), munger.getRtpMunger().getExtLastSequenceNumber());
        if (munger.hasVp8Munger()) {
            VP8MungerState state = munger.getVp8Munger();
            pictures.resume(from.lastDescriptor(), state.getExtLastPictureId(), state.getLastTl0PicIdx(), state.getLastKeyIdx());
        }
        needsKeyFrame = waitsForKeyFrame && from.lastLayerIndex() < 0;
        restored = from.lastLayerIndex() >= 0;
    }
}
