package io.stoa.media.plane;

import io.stoa.base.Drop;
import io.stoa.base.Time;
import io.stoa.media.Hindrance;
import io.stoa.media.PublishedTrack;
import io.stoa.peer.ReceiveStream;
import io.stoa.peer.Receiver;
import io.stoa.rtp.RtpView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A published track, in one of its codecs, on its publisher's loop, and the mirrors of it on others. */
final class PublicationTrack extends LoopTrack {
    /** A base layer may pause longer than an upper one before it counts as gone (spec 6.11). */
    private static final long BASE_SILENCE = 2 * Time.SECOND;
    private static final long UPPER_SILENCE = 1_500 * Time.MILLI;
    /** Of the loop, between two looks at what is lost on the way to subscribers. */
    private static final int TICKS_PER_LOSS = 5;

    final LoopPeer owner;
    final Receiver receiver;
    final AudioLevel level = new AudioLevel();
    private final long[] heardAt = new long[LAYERS];
    /** By layer, where the newest key frame that has come begins or goes on; -1: nowhere. */
    private final long[] newestKey = {-1, -1, -1};

    private boolean announced;
    private int ticks;
    /** One per other loop that has subscribers; null while there is none. */
    private List<MirrorTrack> mirrors;

    PublicationTrack(MediaLoop loop, LoopPeer owner, Receiver receiver) {
        super(loop, new TrackKey(receiver.publication().trackSid(), receiver.rank()));
        this.owner = owner;
        this.receiver = receiver;
        describe(TrackForm.of(receiver));
    }

    /** As the peer's owner knows it. */
    PublishedTrack asPublished() {
        List<Long> ssrcs = new ArrayList<>();
        for (ReceiveStream stream : receiver.streams()) ssrcs.add(Integer.toUnsignedLong(stream.ssrc()));
        boolean stereo = receiver.codec() != null && "1".equals(receiver.primary().parameter("stereo"));
        return new PublishedTrack(
                trackSid, receiver.mid(), form().mime(), receiver.cid(), receiver.rids(), ssrcs, List.of(), stereo, receiver.rank());
    }

    /** Packets of it have come. */
    boolean announced() {
        return announced;
    }

    /** What keeps it from everybody. */
    Optional<Hindrance> hindrance() {
        if (muted()) return Optional.of(Hindrance.MUTED);
        if (!announced) return Optional.of(Hindrance.NO_PACKETS);
        return liveMask() == 0 ? Optional.of(Hindrance.SILENT) : Optional.empty();
    }

    /** A packet arrived, decrypted and accounted for. */
    void rtp(long now, ReceiveStream stream, RtpView packet) {
        if (!announced) {
            announced = true;
            owner.published().begun(now, this);
        }
        int layer = stream.layer();
        epoch(layer, stream.epoch());
        heard(now, layer);
        if (!receiver.video()) loudness(packet);
        boolean empty = packet.payloadLength() == 0;
        if (empty) padding(now, layer, stream.index(), packet);
        Drop drop = empty ? Drop.RTP_PADDING_ONLY : packet(now, now, layer, stream.index(), packet);
        if (drop != null) owner.drops().count(drop);
        if (!empty) heard(now, layerOf(layer));
        if (mirrors != null && (drop == null || empty)) handOver(now, stream, packet);
    }

    @Override
    void epoch(int layer, int epoch) {
        if (isOther(layer, epoch)) newestKey[layer] = -1;
        super.epoch(layer, epoch);
    }

    @Override
    void keyFrame(int layer, long index) {
        newestKey[layer] = Math.max(newestKey[layer], index);
        receiver.keyFrameCame(layer);
    }

    /** A packet will not come. Nothing that came after a later key frame depends on it. */
    void gaveUp(long now, int layer, long index) {
        if (index > newestKey[layer]) pictureLost(now, layer);
    }

    @Override
    void pictureLost(long now, int layer) {
        super.pictureLost(now, layer);
        tellMirrors((mirror, at) -> mirror.pictureLost(at, layer));
    }

    private void heard(long now, int layer) {
        heardAt[layer] = now;
        if ((liveMask() & 1 << layer) == 0) live(now, liveMask() | 1 << layer);
    }

    private void loudness(RtpView packet) {
        int at = packet.extensionOffset(receiver.audioLevelId());
        if (at >= 0) level.packet(packet.bytes()[at] & 0x7f);
    }

    @Override
    void senderReport(long now, int layer, long ntp, int timestamp) {
        super.senderReport(now, layer, ntp, timestamp);
        if (mirrors != null) for (int i = 0; i < mirrors.size(); i++) loop.handOff(mirrors.get(i).loop).report(mirrors.get(i), now, layer, ntp, timestamp);
    }

    /** Layers that fell silent, loudness, key frames that somebody waits for. */
    @Override
    void tick(long now) {
        int mask = liveMask();
        for (int layer = 0; layer < LAYERS; layer++) {
            long silence = layer == 0 ? BASE_SILENCE : UPPER_SILENCE;
            if ((mask & 1 << layer) != 0 && now - heardAt[layer] > silence) mask &= ~(1 << layer);
        }
        if (mask != liveMask()) live(now, mask);
        if (receiver.video()) {
            askForKeyFrames(now);
            return;
        }
        level.tick(now);
        if (ticks++ % TICKS_PER_LOSS == 0) receiver.downstreamLoss(loop.proxiesLoss() ? worstLossAnywhere(now) : 0);
    }

    private int worstLossAnywhere(long now) {
        int worst = worstLoss(now);
        if (mirrors != null) for (int i = 0; i < mirrors.size(); i++) worst = Math.max(worst, mirrors.get(i).worstLoss());
        return worst;
    }

    @Override
    void requestKeyFrame(long now, int layer, boolean begins) {
        int at = layer;
        while (at > 0 && receiver.stream(at) == null) at--;
        receiver.requestKeyFrame(now, at, begins);
        loop.touch(owner);
    }

    // -- other loops

    private void handOver(long now, ReceiveStream stream, RtpView packet) {
        for (int i = 0; i < mirrors.size(); i++) {
            MirrorTrack mirror = mirrors.get(i);
            boolean room = loop.handOff(mirror.loop).packet(mirror, now, stream.layer(), stream.index(), stream.epoch(), packet);
            if (!room) owner.drops().count(Drop.LOOP_BEHIND);
        }
    }

    void add(MirrorTrack mirror) {
        if (mirrors == null) mirrors = new ArrayList<>();
        mirrors.add(mirror);
        MirrorTrack.Beginning beginning = new MirrorTrack.Beginning(form(), liveMask(), muted(), new long[LAYERS], new int[LAYERS]);
        for (int layer = 0; layer < LAYERS; layer++) {
            beginning.reportNtp()[layer] = reportNtp(layer);
            beginning.reportTimestamp()[layer] = reportTimestamp(layer);
        }
        loop.handOff(mirror.loop).post(mirror, at -> mirror.begin(at, beginning));
    }

    void remove(MirrorTrack mirror) {
        if (mirrors == null || !mirrors.remove(mirror)) return;
        if (mirrors.isEmpty()) mirrors = null;
    }

    private void tellMirrors(MirrorTrack.Change change) {
        if (mirrors != null) for (MirrorTrack mirror : mirrors) loop.handOff(mirror.loop).post(mirror, at -> change.happen(mirror, at));
    }

    @Override
    void live(long now, int mask) {
        super.live(now, mask);
        tellMirrors((mirror, at) -> mirror.live(at, mask));
    }

    @Override
    void mute(long now, boolean mute) {
        super.mute(now, mute);
        tellMirrors((mirror, at) -> mirror.mute(at, mute));
    }

    @Override
    void regress(long now, int rank) {
        tellMirrors((mirror, at) -> mirror.regress(at, rank));
        super.regress(now, rank);
    }

    @Override
    List<SubscriptionTrack> abandon() {
        tellMirrors((mirror, at) -> mirror.suspend());
        return super.abandon();
    }

    @Override
    void describeAgain(long now, TrackForm known) {
        if (!known.equals(form())) tellMirrors((mirror, at) -> mirror.describeAgain(at, known));
        super.describeAgain(now, known);
    }
}
