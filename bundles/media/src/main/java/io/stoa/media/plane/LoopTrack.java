package io.stoa.media.plane;

import io.stoa.base.Drop;
import io.stoa.media.LayeredFrame;
import io.stoa.media.PacketMeta;
import io.stoa.media.PeerListener.SubscriptionEvent;
import io.stoa.rtp.FrameMeaning;
import io.stoa.rtp.PacketRing;
import io.stoa.rtp.RtpView;
import io.stoa.rtp.Vp8Descriptor;
import io.stoa.rtp.Vp9Descriptor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A published track, in one of its codecs, on one loop: its latest packets, and its subscribers there (hops 7 to 9). On its publisher's loop it is a
 * {@link PublicationTrack}; on every other loop where somebody subscribes, a {@link MirrorTrack}.
 */
abstract sealed class LoopTrack permits PublicationTrack, MirrorTrack {
    static final int LAYERS = 3;
    private static final int VIDEO_PACKETS = 512;
    private static final int AUDIO_PACKETS = 256;

    final MediaLoop loop;
    final TrackKey key;
    final String trackSid;
    private final PacketRing[] rings = new PacketRing[LAYERS];
    private final int[] epochs = new int[LAYERS];
    private final KeyFrames keyFrames = new KeyFrames();
    private final long[] reportNtp = new long[LAYERS];
    private final int[] reportTimestamp = new int[LAYERS];
    private final PacketMeta meta = new PacketMeta();
    private SubscriptionTrack[] subscribers = new SubscriptionTrack[4];
    private int subscriberCount;
    private TrackForm form;
    private FrameMeaning.Kind kind;
    /** null for everything but opus. */
    private AudioForms forms;
    /** null for audio. */
    private LayerRates rates;
    /** null for audio, and for VP8, whose payload says all that is to know. */
    private LayerReader layers;
    private int liveMask;
    private boolean muted;

    LoopTrack(MediaLoop loop, TrackKey key) {
        this.loop = loop;
        this.key = key;
        trackSid = key.trackSid();
    }

    abstract void tick(long now);

    /**
     * A subscriber's forwarder needs one.
     *
     * @param begins somebody waits for it who does not receive the layer yet
     */
    abstract void requestKeyFrame(long now, int layer, boolean begins);

    // -- what it is

    TrackForm form() {
        return form;
    }

    void describe(TrackForm known) {
        form = known;
        kind = FrameMeaning.kindOf(known.mime());
        if (known.video() && rates == null) rates = new LayerRates();
        if (!known.video() || kind == FrameMeaning.Kind.VP8) layers = null;
        else if (layers == null) layers = new LayerReader();
        if (layers != null) layers.describe(kind, known.dependencyDescriptorId());
        if (!known.opus()) forms = null;
        else if (forms == null) forms = new AudioForms();
        if (forms != null) forms.describe(known, loop.composesRed());
    }

    /** The client sends another codec than it was expected to: subscribers need sections of that codec. */
    void describeAgain(long now, TrackForm known) {
        describe(known);
        for (int i = subscriberCount - 1; i >= 0; i--) {
            SubscriptionTrack subscription = subscribers[i];
            if (!subscription.sender().codec().name().equalsIgnoreCase(known.codec().name())) subscription.owner.subscribed().renegotiate(now, subscription);
        }
    }

    /** Whoever gets the track in this codec gets it in that one from now on, and so does whoever comes. */
    void regress(long now, int rank) {
        form = form.servedIn(rank);
        for (int i = subscriberCount - 1; i >= 0; i--) subscribers[i].owner.subscribed().regress(now, subscribers[i], rank);
    }

    /** Nothing comes in this codec until it begins anew. @return those who wait for more */
    List<SubscriptionTrack> abandon() {
        List<SubscriptionTrack> left = new ArrayList<>();
        while (subscriberCount > 0) {
            SubscriptionTrack subscription = subscribers[subscriberCount - 1];
            subscription.part();
            left.add(subscription);
        }
        Arrays.fill(rings, null);
        Arrays.fill(reportNtp, 0);
        keyFrames.forget();
        return left;
    }

    AudioForms forms() {
        return forms;
    }

    /** Whether subscribers that take RED get some. */
    boolean redundant() {
        return form.red() && !form.encrypted() || forms != null && forms.composes();
    }

    // -- packets

    /** Whether it is not that of the layer's packets so far. */
    boolean isOther(int layer, int epoch) {
        return epochs[layer] != epoch;
    }

    /** The source of a layer may have begun anew. */
    void epoch(int layer, int epoch) {
        if (!isOther(layer, epoch)) return;
        epochs[layer] = epoch;
        reportNtp[layer] = 0;
        keyFrames.forget(layer);
        if (rings[layer] != null) rings[layer].clear();
        if (forms != null) forms.beginAt(0);
    }

    /** @return null if the packet has gone to the subscribers, else why it is of no use to any */
    Drop packet(long now, long arrivedAt, int layer, long index, RtpView packet) {
        ring(layer).add(now, index, packet.bytes(), packet.offset(), packet.length());
        if (muted) return Drop.MUTED;
        fill(meta, layer, index, arrivedAt, packet);
        if (rates != null) measure(layer, packet.length());
        if (FrameMeaning.keyFrame(meta.meaning)) keyFrames.came(now, meta);
        Drop fault = forms == null ? null : forms.set(index, packet);
        if (fault != null) return fault;
        if (form.video() && FrameMeaning.keyFrame(meta.meaning)) keyFrame(layer, index);
        for (int i = 0; i < subscriberCount; i++) subscribers[i].forward(now, meta, packet);
        return null;
    }

    /** The packet at hand begins one, or is a part of it. */
    void keyFrame(int layer, long index) {}

    /** Something of a layer is lost for good: whoever is shown it needs a key frame. */
    void pictureLost(long now, int layer) {
        if (muted) return;
        for (int i = 0; i < subscriberCount; i++) subscribers[i].pictureLost(now, layer);
    }

    /** A packet counts for the layers that cannot do without it. */
    private void measure(int layer, int length) {
        LayeredFrame frame = meta.frame;
        if (frame == null || form.simulcast()) {
            boolean vp8 = kind == FrameMeaning.Kind.VP8 && Vp8Descriptor.hasTid(meta.descriptor);
            rates.add(layer, vp8 ? Vp8Descriptor.tid(meta.descriptor) : frame != null ? frame.temporal : 0, length);
            return;
        }
        int needed = frame.neededBy();
        for (int spatial = 0; spatial < LAYERS; spatial++) if ((needed >> spatial & 1) != 0) rates.add(spatial, frame.temporal, length);
    }

    /** The layer of the latest packet of a stream: that of its own, or which one of the stream it was. */
    int layerOf(int stream) {
        return meta.frame == null || form.simulcast() ? stream : Math.min(meta.frame.spatial, LAYERS - 1);
    }

    /** A number without content (a probe): it must leave no gap that subscribers would ask for. */
    void padding(long now, int layer, long index, RtpView packet) {
        fill(meta, layer, index, now, packet);
        meta.meaning = 0;
        for (int i = 0; i < subscriberCount; i++) subscribers[i].padding(now, meta, packet);
    }

    private void fill(PacketMeta into, int layer, long index, long arrivedAt, RtpView packet) {
        into.layer = layer;
        into.index = index;
        into.epoch = epochs[layer];
        into.seq = packet.seq();
        into.timestamp = packet.timestamp();
        into.marker = packet.marker();
        into.payloadType = packet.payloadType();
        into.bytes = packet.bytes();
        into.payloadOffset = packet.payloadOffset();
        into.payloadLength = packet.payloadLength();
        into.arrivedAt = arrivedAt;
        into.descriptor = switch (kind) {
            case VP8 -> Vp8Descriptor.parse(into.bytes, into.payloadOffset, into.payloadLength);
            case VP9 -> Vp9Descriptor.parse(into.bytes, into.payloadOffset, into.payloadLength);
            case AUDIO, H264, H265, AV1, OTHER_VIDEO -> 0;
        };
        into.meaning = FrameMeaning.of(kind, packet, into.descriptor);
        into.frame = layers == null ? null : layers.read(packet, into.descriptor);
    }

    /** The same for a packet out of the ring. */
    boolean describe(PacketMeta into, int layer, long index, long now, RtpView view) {
        if (!find(layer, index, view)) return false;
        fill(into, layer, index, now, view);
        return true;
    }

    boolean find(int layer, long index, RtpView view) {
        PacketRing ring = rings[layer];
        return ring != null && ring.find(index) && view.set(ring.bytes(), ring.offset(), ring.length()) == null;
    }

    /** Whether whoever comes may begin with what has been: of streams with layers within more would have to be known than packets say. */
    boolean beginsFromRing() {
        boolean plain = layers == null || (kind == FrameMeaning.Kind.H264 || kind == FrameMeaning.Kind.H265) && form.dependencyDescriptorId() == 0;
        return form.video() && plain && kind != FrameMeaning.Kind.OTHER_VIDEO;
    }

    /** @return where the layer's latest key frame begins, if it can be sent with all that has followed to whoever comes now; else -1 */
    long beginning(long now, int layer) {
        long index = beginsFromRing() ? keyFrames.latest(now, layer) : -1;
        return index >= 0 && holdsAllSince(layer, index) ? index : -1;
    }

    private PacketRing ring(int layer) {
        PacketRing ring = rings[layer];
        if (ring != null) return ring;
        return rings[layer] = form.video() ? new PacketRing(VIDEO_PACKETS, 32 << 10, 768 << 10) : new PacketRing(AUDIO_PACKETS, 8 << 10, 256 << 10);
    }

    long highest(int layer) {
        return rings[layer] == null ? -1 : rings[layer].highest();
    }

    boolean holdsAllSince(int layer, long index) {
        return rings[layer] != null && rings[layer].reachesBackTo(index);
    }

    void senderReport(long now, int layer, long ntp, int timestamp) {
        reportNtp[layer] = ntp;
        reportTimestamp[layer] = timestamp;
        for (int i = 0; i < subscriberCount; i++) subscribers[i].senderReport(now, layer, ntp, timestamp);
    }

    long reportNtp(int layer) {
        return reportNtp[layer];
    }

    int reportTimestamp(int layer) {
        return reportTimestamp[layer];
    }

    /** What its layers cost; null for audio. */
    LayerRates rates() {
        return rates;
    }

    void measure(long now) {
        if (rates != null) rates.tick(now);
    }

    /** In 1/256, of the subscriber here that loses most. */
    int worstLoss(long now) {
        int worst = 0;
        for (int i = 0; i < subscriberCount; i++) worst = Math.max(worst, subscribers[i].fractionLost(now));
        return worst;
    }

    // -- what holds for all packets

    /** Layers on which packets arrive. */
    int liveMask() {
        return liveMask;
    }

    void live(long now, int mask) {
        liveMask = mask;
        for (int i = 0; i < subscriberCount; i++) subscribers[i].live(now, mask);
    }

    boolean muted() {
        return muted;
    }

    void mute(long now, boolean mute) {
        if (muted == mute) return;
        if (mute) for (int i = 0; i < subscriberCount; i++) subscribers[i].fallSilent(now);
        muted = mute;
        keyFrames.forget();
        if (forms != null) forms.beginAt(highest(0) + 1);
        for (int i = 0; i < subscriberCount; i++) {
            if (mute) subscribers[i].announce(now);
            else subscribers[i].resync(now);
        }
    }

    void askForKeyFrames(long now) {
        if (form.video() && !muted) for (int i = 0; i < subscriberCount; i++) subscribers[i].askForKeyFrame(now);
    }

    // -- subscribers

    int subscribers() {
        return subscriberCount;
    }

    SubscriptionTrack subscriber(int i) {
        return subscribers[i];
    }

    void add(long now, SubscriptionTrack subscription) {
        if (subscriberCount == subscribers.length) subscribers = Arrays.copyOf(subscribers, subscriberCount * 2);
        subscribers[subscriberCount++] = subscription;
        refresh(now, subscription);
    }

    /** What a new forwarder needs to know of the past. */
    void refresh(long now, SubscriptionTrack subscription) {
        subscription.live(now, liveMask);
        for (int layer = 0; layer < LAYERS; layer++)
            if (reportNtp[layer] != 0) subscription.senderReport(now, layer, reportNtp[layer], reportTimestamp[layer]);
    }

    void remove(SubscriptionTrack subscription) {
        for (int i = 0; i < subscriberCount; i++) {
            if (subscribers[i] != subscription) continue;
            subscribers[i] = subscribers[--subscriberCount];
            subscribers[subscriberCount] = null;
            return;
        }
    }

    /** The track is no more. */
    void endSubscriptions(SubscriptionEvent why) {
        while (subscriberCount > 0) {
            SubscriptionTrack subscription = subscribers[0];
            remove(subscription);
            subscription.owner.subscribed().ended(subscription, why);
        }
    }
}
