package io.stoa.media.plane;

import io.stoa.base.Drop;
import io.stoa.base.Time;
import io.stoa.media.PacketMeta;
import io.stoa.peer.ReceiveStream;
import io.stoa.peer.Receiver;
import io.stoa.rtp.FrameMeaning;
import io.stoa.rtp.PacketRing;
import io.stoa.rtp.RtpView;
import io.stoa.rtp.Vp8Descriptor;
import java.util.Arrays;

/** A published track on its home loop: hops 7 to 9. */
final class PublicationTrack {
    private static final int LAYERS = 3;
    private static final int VIDEO_PACKETS = 512;
    private static final int AUDIO_PACKETS = 256;
    /** A base layer may pause longer than an upper one before it counts as gone (spec 6.11). */
    private static final long BASE_SILENCE = 2 * Time.SECOND;
    private static final long UPPER_SILENCE = 1_500 * Time.MILLI;

    final LoopPeer owner;
    final Receiver receiver;
    final String trackSid;
    final AudioLevel level = new AudioLevel();
    private final PacketRing[] rings = new PacketRing[LAYERS];
    private final long[] heardAt = new long[LAYERS];
    private final int[] epochs = new int[LAYERS];
    private final long[] reportNtp = new long[LAYERS];
    private final int[] reportTimestamp = new int[LAYERS];
    private final PacketMeta meta = new PacketMeta();
    private SubscriptionTrack[] subscribers = new SubscriptionTrack[4];
    private int subscriberCount;
    private FrameMeaning.Kind kind;
    /** null for everything but opus. */
    private AudioForms forms;
    private int liveMask;
    private boolean muted;
    private boolean announced;

    PublicationTrack(LoopPeer owner, Receiver receiver) {
        this.owner = owner;
        this.receiver = receiver;
        trackSid = receiver.publication().trackSid();
        codecKnown();
    }

    void codecKnown() {
        kind = FrameMeaning.kindOf(mime());
        boolean opus = !receiver.video() && receiver.codec() != null && receiver.primary().is("opus");
        if (!opus) forms = null;
        else if (forms == null) forms = new AudioForms();
        if (opus) forms.describe(receiver, owner.composesRed());
    }

    AudioForms forms() {
        return forms;
    }

    /** Whether subscribers that take RED get some. */
    boolean redundant() {
        return receiver.codec() != null && receiver.codec().isRed() && !receiver.publication().encrypted() || forms != null && forms.composes();
    }

    String mime() {
        return receiver.codec() == null ? "" : receiver.codec().mime(receiver.video() ? "video" : "audio");
    }

    int subscribers() {
        return subscriberCount;
    }

    SubscriptionTrack subscriber(int i) {
        return subscribers[i];
    }

    /** A packet arrived, decrypted and accounted for. */
    void rtp(long now, ReceiveStream stream, RtpView packet) {
        if (!announced) {
            announced = true;
            owner.firstPacket(trackSid);
        }
        int layer = stream.layer();
        if (epochs[layer] != stream.epoch()) restarted(layer, stream.epoch());
        heardAt[layer] = now;
        if ((liveMask & 1 << layer) == 0) live(now, liveMask | 1 << layer);
        if (!receiver.video()) loudness(packet);
        if (packet.payloadLength() == 0) {
            owner.drops().count(Drop.RTP_PADDING_ONLY);
            skip(now, stream, packet);
            return;
        }
        ring(layer).add(stream.index(), packet.bytes(), packet.offset(), packet.length());
        if (muted) {
            owner.drops().count(Drop.MUTED);
            return;
        }
        describe(meta, layer, stream.index(), stream.epoch(), now, packet);
        Drop fault = forms == null ? null : forms.set(meta.index, packet);
        if (fault != null) {
            owner.drops().count(fault);
            return;
        }
        for (int i = 0; i < subscriberCount; i++) subscribers[i].forward(now, meta, packet);
    }

    /** A number without content (a probe): it must leave no gap that subscribers would ask for. */
    private void skip(long now, ReceiveStream stream, RtpView packet) {
        describe(meta, stream.layer(), stream.index(), stream.epoch(), now, packet);
        meta.meaning = 0;
        for (int i = 0; i < subscriberCount; i++) subscribers[i].padding(now, meta, packet);
    }

    private void describe(PacketMeta into, int layer, long index, int epoch, long arrivedAt, RtpView packet) {
        into.layer = layer;
        into.index = index;
        into.epoch = epoch;
        into.seq = packet.seq();
        into.timestamp = packet.timestamp();
        into.marker = packet.marker();
        into.payloadType = packet.payloadType();
        into.bytes = packet.bytes();
        into.payloadOffset = packet.payloadOffset();
        into.payloadLength = packet.payloadLength();
        into.arrivedAt = arrivedAt;
        into.descriptor = kind == FrameMeaning.Kind.VP8 ? Vp8Descriptor.parse(into.bytes, into.payloadOffset, into.payloadLength) : 0;
        into.meaning = FrameMeaning.of(kind, packet, into.descriptor);
    }

    /** The same for a packet out of the ring. */
    boolean describe(PacketMeta into, int layer, long index, long now, RtpView view) {
        if (!find(layer, index, view)) return false;
        describe(into, layer, index, epochs[layer], now, view);
        return true;
    }

    boolean find(int layer, long index, RtpView view) {
        PacketRing ring = rings[layer];
        return ring != null && ring.find(index) && view.set(ring.bytes(), ring.offset(), ring.length()) == null;
    }

    private void restarted(int layer, int epoch) {
        epochs[layer] = epoch;
        reportNtp[layer] = 0;
        if (rings[layer] != null) rings[layer].clear();
        if (forms != null) forms.beginAt(0);
    }

    private PacketRing ring(int layer) {
        PacketRing ring = rings[layer];
        if (ring != null) return ring;
        return rings[layer] = receiver.video() ? new PacketRing(VIDEO_PACKETS, 128 << 10, 768 << 10) : new PacketRing(AUDIO_PACKETS, 8 << 10, 256 << 10);
    }

    long highest(int layer) {
        return rings[layer] == null ? -1 : rings[layer].highest();
    }

    boolean holdsAllSince(int layer, long index) {
        return rings[layer] != null && rings[layer].reachesBackTo(index);
    }

    private void loudness(RtpView packet) {
        int at = packet.extensionOffset(receiver.audioLevelId());
        if (at >= 0) level.packet(packet.bytes()[at] & 0x7f);
    }

    void senderReport(long now, int layer, long ntp, int timestamp) {
        reportNtp[layer] = ntp;
        reportTimestamp[layer] = timestamp;
        for (int i = 0; i < subscriberCount; i++) subscribers[i].senderReport(now, layer, ntp, timestamp);
    }

    /** Layers that fell silent, loudness, key frames that somebody waits for. */
    void tick(long now) {
        int mask = liveMask;
        for (int layer = 0; layer < LAYERS; layer++) {
            long silence = layer == 0 ? BASE_SILENCE : UPPER_SILENCE;
            if ((mask & 1 << layer) != 0 && now - heardAt[layer] > silence) mask &= ~(1 << layer);
        }
        if (mask != liveMask) live(now, mask);
        if (!receiver.video()) level.tick(now);
        else if (!muted) for (int i = 0; i < subscriberCount; i++) subscribers[i].askForKeyFrame(now);
    }

    private void live(long now, int mask) {
        liveMask = mask;
        for (int i = 0; i < subscriberCount; i++) subscribers[i].live(now, mask);
    }

    void mute(long now, boolean mute) {
        if (muted == mute) return;
        muted = mute;
        if (forms != null) forms.beginAt(highest(0) + 1);
        if (!mute) for (int i = 0; i < subscriberCount; i++) subscribers[i].resync(now);
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
}
