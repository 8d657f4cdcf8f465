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
    /** The numbering goes on, but not in step with what came before. */
    private boolean beginsAnew = true;
    private boolean lost;
    private boolean lastMarker;
    private long askedAt;
    private boolean asked;
    private int currentTemporal = 3;
    /** null as long as nothing was said of layers within a stream. */
    private DecodeTargetSelector targets;

    LayerForwarder(ForwarderSpec spec) {
        this.spec = spec;
        vp8 = spec.mime().equalsIgnoreCase("video/vp8");
        waitsForKeyFrame = spec.video() && FrameMeaning.kindOf(spec.mime()) != FrameMeaning.Kind.OTHER_VIDEO;
        SplittableRandom random = new SplittableRandom(spec.seed());
        // Not near the wrap: some decoders confuse an early roll-over with a jump.
        sequence = new SequenceMap(1L << 16 | random.nextInt(0x4000));
        time = new TimestampBridge(spec.clockRate(), random.nextInt());
    }

    @Override
    public Drop forward(long now, PacketMeta in, Translation out) {
        boolean inStep = in.layer == current && in.epoch == epoch && !beginsAnew;
        if (in.payloadLength == 0) return inStep ? leaveOut(in, out, Drop.RTP_PADDING_ONLY) : Drop.RTP_PADDING_ONLY;
        if (!inStep) {
            if (in.layer == current && in.epoch != epoch) beginsAnew = true; // the source has: its key frame is asked for, if it does not come by itself
            if (!mayBegin(in)) return in.layer == current || current < 0 ? Drop.WAITING_FOR_KEY_FRAME : Drop.NOT_TARGET_LAYER;
            begin(in);
        } else if (sequence.isBefore(in.index)) {
            return Drop.OUT_OF_ORDER_BEFORE_SWITCH;
        }
        if (vp8 && in.descriptor != 0 && tooHigh(in.descriptor)) {
            pictures.leaveOut(in.descriptor);
            return leaveOut(in, out, Drop.TEMPORAL_LAYER);
        }
        if (in.frame != null && !targets().takes(in.frame, in.timestamp)) return leaveOut(in, out, targets.reason(in.frame));
        long index = sequence.translate(in.index);
        if (index < 0) return Drop.OUT_OF_ORDER_BEFORE_SWITCH;
        out.seq = (int) index & 0xffff;
        out.timestamp = time.translate(in.timestamp, in.arrivedAt);
        out.marker = lastMarker = in.marker || in.frame != null && targets.endsPicture(in.frame);
        out.keepPayload();
        if (in.frame != null && targets.restricts(in.frame)) {
            out.targets = in.frame.targets;
            out.activeTargets = targets.activeMask(in.frame);
        }
        if (lost && FrameMeaning.keyFrame(in.meaning)) lost = false; // here is the one that was asked for
        if (vp8 && in.descriptor != 0) {
            long translated = pictures.translate(in.descriptor);
            out.descriptorReplaces = Vp8Descriptor.length(in.descriptor);
            out.descriptorLength = Vp8Descriptor.write(translated, out.descriptor, 0);
        }
        return null;
    }

    /** A packet that is not wanted takes no number, except where later ones have left one for it: there it goes without content. */
    private Drop leaveOut(PacketMeta in, Translation out, Drop reason) {
        if (sequence.isBefore(in.index)) return reason;
        if (in.index > sequence.lastIn()) {
            sequence.drop(in.index);
            return reason;
        }
        long index = sequence.translate(in.index);
        if (index < 0) return reason;
        out.seq = (int) index & 0xffff;
        out.timestamp = time.translate(in.timestamp, in.arrivedAt);
        out.marker = false;
        out.dropPayload();
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
        if (targets != null) targets.begin();
        sequence.anchor(in.index);
        if (in.layer == current && in.epoch == epoch) time.goOn(in.timestamp);
        else time.change(current, in.layer, in.timestamp, in.arrivedAt);
        current = in.layer;
        epoch = in.epoch;
        beginsAnew = false;
        lost = false;
        asked = false;
        currentTemporal = maxTemporal;
    }

    private DecodeTargetSelector targets() {
        if (targets == null) {
            targets = new DecodeTargetSelector(spec.whole());
            aimTargets();
        }
        return targets;
    }

    /** Of simulcast every stream is wanted whole; which stream, is another question. */
    private void aimTargets() {
        if (targets == null) return;
        targets.want(spec.simulcast() ? LAYERS - 1 : maxSpatial, maxTemporal);
        targets.live(spec.simulcast() ? 0 : liveMask);
    }

    /** Temporal layers go down with the next picture and up where the stream allows it. */
    private boolean tooHigh(long descriptor) {
        if (!Vp8Descriptor.hasTid(descriptor) || !Vp8Descriptor.hasPictureId(descriptor)) return false;
        if (pictures.knows(descriptor)) return pictures.leftOut(descriptor);
        int tid = Vp8Descriptor.tid(descriptor);
        if (pictures.isDoubtful(descriptor)) return tid > 0;
        if (currentTemporal > maxTemporal) currentTemporal = maxTemporal;
        if (tid > currentTemporal && tid <= maxTemporal && Vp8Descriptor.layerSync(descriptor) && Vp8Descriptor.frameStart(descriptor)) currentTemporal = tid;
        return tid > currentTemporal;
    }

    @Override
    public void target(long now, int spatial, int temporal) {
        maxSpatial = spatial;
        if (temporal > maxTemporal && !vp8) currentTemporal = temporal;
        maxTemporal = temporal;
        aimTargets();
        asked = false;
    }

    @Override
    public void live(long now, int layerMask) {
        liveMask = layerMask;
        aimTargets();
    }

    @Override
    public void senderReport(long now, int layer, long ntp, int rtpTimestamp) {
        time.senderReport(layer, ntp, rtpTimestamp);
    }

    @Override
    public int keyFrameWanted(long now, long roundTripNanos) {
        if (!waitsForKeyFrame) return -1;
        int wanted = targetLayer();
        boolean needed = beginsAnew || lost || wanted >= 0 && wanted != current || targets != null && targets.needsKeyFrame();
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
        beginsAnew = true;
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
                .setPreStartTime(time.lastArrival())
                .setRtpMunger(numbers);
        if (vp8 && pictures.hasSent())
            munger.setVp8Munger(VP8MungerState.newBuilder()
                    .setExtLastPictureId(pictures.reachedPicture())
                    .setPictureIdUsed(Vp8Descriptor.hasPictureId(pictures.lastIn()))
                    .setLastTl0PicIdx(pictures.reachedTl0())
                    .setTl0PicIdxUsed(Vp8Descriptor.hasTl0PicIdx(pictures.lastIn()))
                    .setTidUsed(Vp8Descriptor.hasTid(pictures.lastIn()))
                    .setLastKeyIdx(pictures.reachedKey())
                    .setKeyIdxUsed(Vp8Descriptor.hasKeyIdx(pictures.lastIn())));
        for (int layer = 0; layer < LAYERS; layer++)
            munger.addSenderReportState(RTCPSenderReportState.newBuilder()
                    .setNtpTimestamp(time.ntp(layer))
                    .setRtpTimestamp(time.reported(layer)));
        long lastIndex = beginsAnew ? -1 : sequence.lastIn();
        long firstIndex = beginsAnew ? -1 : sequence.steadySince();
        int decodeTarget = targets == null ? DecodeTargetSelector.NONE : targets.current();
        return new ForwarderState(current, maxSpatial, maxTemporal, time.lastIn(), lastIndex, firstIndex, epoch, pictures.lastIn(), decodeTarget, munger.build());
    }

    void restore(ForwarderState from) {
        RTPForwarderState munger = from.munger();
        if (!munger.hasRtpMunger()) throw new IllegalArgumentException("a forwarder state without numbers");
        current = from.currentLayer();
        epoch = from.epoch();
        maxSpatial = from.maxSpatial();
        maxTemporal = currentTemporal = from.maxTemporal();
        lastMarker = munger.getRtpMunger().getLastMarker();
        for (int layer = 0; layer < Math.min(LAYERS, munger.getSenderReportStateCount()); layer++) {
            RTCPSenderReportState report = munger.getSenderReportState(layer);
            time.senderReport(layer, report.getNtpTimestamp(), report.getRtpTimestamp());
        }
        time.resume(from.lastLayerTimestamp(), (int) munger.getRtpMunger().getExtLastTimestamp(), munger.getPreStartTime());
        sequence.resume(from.firstLayerIndex(), Math.max(0, from.lastLayerIndex()), munger.getRtpMunger().getExtLastSequenceNumber());
        if (munger.hasVp8Munger()) {
            VP8MungerState state = munger.getVp8Munger();
            boolean leftOut = from.firstLayerIndex() > from.lastLayerIndex();
            pictures.resume(from.lastDescriptor(), leftOut, state.getExtLastPictureId(), state.getLastTl0PicIdx(), state.getLastKeyIdx());
        }
        beginsAnew = from.lastLayerIndex() < 0;
        if (from.decodeTarget() != DecodeTargetSelector.NONE) targets().resume(from.decodeTarget());
    }
}
