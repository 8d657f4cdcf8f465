package io.stoa.media.plane;

import io.stoa.base.Drop;
import io.stoa.base.DropCounters;
import io.stoa.base.Time;
import io.stoa.media.Forwarder;
import io.stoa.media.ForwarderSpec;
import io.stoa.media.ForwarderState;
import io.stoa.media.ForwardingEngine;
import io.stoa.media.Hindrance;
import io.stoa.media.PacketMeta;
import io.stoa.media.PeerListener.SubscriptionEvent;
import io.stoa.media.PeerState;
import io.stoa.media.SubscriptionSpec;
import io.stoa.media.TrackPreference;
import io.stoa.media.Translation;
import io.stoa.peer.Sender;
import io.stoa.rtp.RedView;
import io.stoa.rtp.RtpView;
import io.stoa.rtp.SendHistory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A track on its way to one subscriber: hops 10 to 13, and what a retransmission needs. */
final class SubscriptionTrack {
    private static final Logger LOG = LoggerFactory.getLogger(SubscriptionTrack.class);
    private static final int VIDEO_HISTORY = 512;
    private static final int AUDIO_HISTORY = 128;
    /** Longest pause that is replayed from the ring when an engine is back; after longer ones the present counts. */
    private static final long MAX_REPLAY = 2 * Time.SECOND;
    private static final int MAX_LATE = 64;
    /** Of these packets probes are made. */
    private static final int RECENT = 32;
    private static final int WORTH_REPEATING = 400;
    /** Where the word of a packet in the history has room for what of a RED payload it was: 0 = all, else the block, the primary being 1. */
    private static final int BLOCK = 48;
    /**
     * Who is told by our answer what comes in a section knows it only when it has made that answer its own. What comes before is lost, the
     * first picture with it; pion goes on losing every second of the next 20 packets, because it looks into them for the section meanwhile.
     */
    private static final long OPENING = 40 * Time.MILLI;
    /** For so long the first packet of a track is waited for. */
    private static final long PATIENCE = 200 * Time.MILLI;

    /** Browsers report on audio every 5 s or so. */
    private static final long REPORT_HOLDS = 10 * Time.SECOND;

    final LoopPeer owner;
    final LoopPeer publisher;
    final SubscriptionSpec spec;
    /** In which of the track's codecs it is to come. */
    int rank;

    private final Translation translation = new Translation();
    private final long seed;
    private LoopTrack publication;
    private Sender sender;
    private Forwarder forwarder;
    private ForwarderState held;
    private long heldSince;
    /** What came while the state was held and belongs before it: repaired or reordered packets. */
    private final long[] late = new long[MAX_LATE];

    private int lateCount;
    private long boundAt = Time.NEVER;
    /** Silence instead of packets; the state that it goes on from is held. */
    private BlankFrames silence;

    private SendHistory history;
    private RedRecovery recovery;
    private TrackPreference preference;
    /** The newest packet of each layer that has overtaken the key frame which it needs. */
    private final long[] overtaking = {-1, -1, -1};

    private int overtakingEpoch;
    /** What the connection was found to carry of it; belongs to {@link Downstream}. */
    final Ladder ladder = new Ladder();
    private boolean decided;
    private int grantedSpatial = 2;
    private int grantedTemporal = 3;
    private boolean starved;
    private int lastSeq = -1;
    private int padTurn;
    private int timestampOffset;
    private boolean sentAny;
    private long opensAt = Time.NEVER;
    private int fractionLost;
    private long reportedAt;
    private long packetsOut;

    SubscriptionTrack(LoopPeer owner, LoopPeer publisher, SubscriptionSpec spec, TrackPreference preference, long seed) {
        this.owner = owner;
        this.publisher = publisher;
        this.spec = spec;
        this.preference = preference;
        this.seed = seed;
    }

    LoopTrack publication() {
        return publication;
    }

    Sender sender() {
        return sender;
    }

    long packetsOut() {
        return packetsOut;
    }

    private DropCounters drops() {
        return owner.drops();
    }

    TrackKey key() {
        return new TrackKey(spec.trackSid(), rank);
    }

    void begin(Sender newSender) {
        sender = newSender;
        sender.attachment = this;
    }

    /** The client has received it from another media plane, and has a section for it. */
    void goOn(Sender inItsSection) {
        begin(inItsSection);
        rank = inItsSection.onlyRank();
    }

    /** The track is there, in the codec that it waits for: after another one, numbers go on where they were. */
    void attach(long now, LoopTrack track, ForwardingEngine engine) {
        publication = track;
        recovery = new RedRecovery();
        history = new SendHistory(track.form().video() ? VIDEO_HISTORY : AUDIO_HISTORY);
        if (engine != null && (held != null || !sentAny)) goOn(engine);
        aim(now);
        track.add(now, this);
        waitForOpening(now);
        if (track.form().video()) owner.downstream().add(this);
    }

    private void goOn(ForwardingEngine engine) {
        try {
            forwarder = engine.create(forwarderSpec(), held);
            held = null;
        } catch (RuntimeException | LinkageError e) {
            LOG.error("forwarding of {} to {} does not begin and waits for another engine", spec.trackSid(), owner.spec().identity(), e);
        }
    }

    private ForwarderSpec forwarderSpec() {
        TrackForm form = publication.form();
        return new ForwarderSpec(spec.trackSid(), owner.spec().participantSid(), form.mime(), form.clockRate(), form.video(), form.simulcast(),
                owner.spec().bridge(), seed);
    }

    /** Nothing of the track comes in this codec any more, and something may in another one. */
    void part() {
        breakSilence();
        ForwarderState last = held;
        if (forwarder != null) {
            try {
                last = forwarder.snapshot();
            } catch (RuntimeException | LinkageError e) {
                LOG.error("forwarding of {} to {} ends: its state is lost", spec.trackSid(), owner.spec().identity(), e);
                last = null;
            }
        }
        detach();
        held = sentAny && last != null ? last.elsewhere() : null; // without, nothing is sent any more: numbers must not be used twice
        lateCount = 0;
        Arrays.fill(overtaking, -1);
    }

    /** It gets a new sender, and numbers of its own. */
    void restart() {
        sender = null;
        held = null;
        sentAny = false;
        lastSeq = -1;
        rank = 0;
    }

    void detach() {
        breakSilence();
        if (publication != null) {
            publication.remove(this);
            owner.downstream().remove(this);
        }
        publication = null;
        forwarder = null;
    }

    // -- packets

    void forward(long now, PacketMeta meta, RtpView packet) {
        AudioForms forms = publication.forms();
        if (forms == null) {
            forward(now, meta, packet, 0);
            return;
        }
        if (recovery.had(meta)) {
            drops().count(Drop.RTP_DUPLICATE);
            return;
        }
        if (forms.isRed() && !sender.red())
            for (int back = recovery.missing(meta, forms.red()); back > 0; back--)
                if (forms.red().length(back) > 0) forward(now, forms.earlier(meta, back), packet, back);
        forward(now, meta, packet, 0);
    }

    /** @param back 0, or the number of the redundant block that is all there is of the packet */
    private void forward(long now, PacketMeta meta, RtpView packet, int back) {
        if (silence != null && preference.enabled() && !publication.muted()) endSilence(now);
        if (!preference.enabled() || starved || !sender.ready() || opensAt != Time.NEVER) {
            drops().count(!preference.enabled() ? Drop.PAUSED : starved ? Drop.NO_BANDWIDTH : Drop.NOT_CONNECTED);
            return;
        }
        if (forwarder == null) {
            drops().count(Drop.NO_ENGINE);
            if (held != null && meta.layer == held.currentLayer() && meta.index <= held.lastLayerIndex() && lateCount < MAX_LATE) late[lateCount++] = meta.index;
            return;
        }
        Drop drop;
        try {
            drop = forwarder.forward(now, meta, translation);
        } catch (RuntimeException | LinkageError e) {
            failed(now, e);
            return;
        }
        if (drop != null) {
            drops().count(drop);
            if (drop == Drop.WAITING_FOR_KEY_FRAME || drop == Drop.NOT_TARGET_LAYER) withheld(meta);
            return;
        }
        send(now, meta, packet, back);
        long overtook = overtaking[meta.layer];
        overtaking[meta.layer] = -1;
        if (overtook > meta.index && overtakingEpoch == meta.epoch) {
            int layer = meta.layer;
            for (long index = meta.index + 1; index <= overtook; index++) replay(now, layer, index);
        }
    }

    /** A bug of the engine ends what it does for this subscription; the next engine goes on from the state, if there is one. */
    private void failed(long now, Throwable bug) {
        LOG.error("forwarding of {} to {} failed and waits for another engine", spec.trackSid(), owner.spec().identity(), bug);
        drops().count(Drop.ENGINE_FAILED);
        rest(now);
    }

    /** As {@link #hold}, whatever the engine does. */
    private void rest(long now) {
        try {
            hold(now);
        } catch (RuntimeException | LinkageError e) {
            LOG.error("the state of {} for {} is lost", spec.trackSid(), owner.spec().identity(), e);
            forwarder = null;
        }
    }

    /** Should the key frame begin with an earlier packet that is still on its way, this one has its number behind it. */
    private void withheld(PacketMeta meta) {
        if (meta.epoch != overtakingEpoch) Arrays.fill(overtaking, -1);
        overtakingEpoch = meta.epoch;
        if (meta.index > overtaking[meta.layer]) overtaking[meta.layer] = meta.index;
    }

    private void send(long now, PacketMeta meta, RtpView packet, int back) {
        timestampOffset = translation.timestamp - meta.timestamp;
        sentAny = true;
        packetsOut++;
        owner.traffic().went(packet.length());
        AudioForms forms = publication.forms();
        if (forms != null) recovery.sent(meta);
        if (forms != null && sender.red() && sendRed(now, forms, meta, packet)) {
            owner.downstream().sentAudio(packet.length());
            return;
        }
        boolean unpacked = forms != null && forms.isRed();
        long word = translation.packDescriptor() | (unpacked ? back + 1L : 0) << BLOCK;
        history.add(translation.seq, meta.layer, meta.index + back, translation.timestamp, translation.marker, word);
        if (forms == null && publication.form().video()) {
            lastSeq = translation.seq;
            if (!owner.downstream().pass(now, this, translation.seq, packet.length())) return;
        } else owner.downstream().sentAudio(packet.length());
        if (unpacked) sender.write(now, translation, forms.red().bytes(), forms.red().offset(back), forms.red().length(back), false, back == 0 ? packet : null);
        else sender.write(now, translation, packet);
    }

    /** Not remembered: nobody asks for it again, and what was composed could not be composed alike. */
    private boolean sendRed(long now, AudioForms forms, PacketMeta meta, RtpView packet) {
        int length = forms.isRed() ? 0 : forms.composedLength(publication, meta.layer);
        if (forms.isRed()) sender.write(now, translation, packet.bytes(), packet.payloadOffset(), packet.payloadLength(), true, packet);
        else if (length > 0) sender.write(now, translation, forms.composed(), 0, length, true, packet);
        return forms.isRed() || length > 0;
    }

    /** A packet without payload: the forwarder knows whether its number can be left out or is waited for. */
    void padding(long now, PacketMeta meta, RtpView packet) {
        if (forwarder == null || !preference.enabled() || starved || !sender.ready() || opensAt != Time.NEVER) return;
        if (forwarder.forward(now, meta, translation) == null) sender.write(now, translation, packet);
    }

    void nack(long now, int seq) {
        switch (history.find(now, seq, owner.roundTripNanos())) {
            case UNKNOWN -> drops().count(Drop.NACK_TOO_OLD);
            case TOO_OFTEN -> drops().count(Drop.NACK_TOO_OFTEN);
            case RESEND -> resend(now, seq);
        }
    }

    private void resend(long now, int seq) {
        RtpView view = owner.scratchView();
        if (publication == null || !publication.describe(owner.scratchMeta(), history.layer(), history.index(), now, view)) {
            drops().count(Drop.NACK_TOO_OLD);
            return;
        }
        translation.seq = seq;
        translation.timestamp = history.timestamp();
        translation.marker = history.marker();
        translation.unpackDescriptor(history.descriptor());
        int block = (int) (history.descriptor() >>> BLOCK) & 0xff;
        if (block == 0) sender.resend(now, translation, view);
        else if (publication.forms() != null && publication.forms().unpack(view) == null) resendBlock(now, publication.forms().red(), block - 1, view);
        packetsOut++;
        owner.traffic().went(view.length());
        if (publication.form().video()) owner.downstream().spend(now, view.length());
    }

    /** A packet that was sent, or was to be: how it was translated, and {@code view} shows where it came from. */
    private boolean recall(long now, int seq, RtpView view) {
        if (publication == null || !history.recall(seq) || !publication.describe(owner.scratchMeta(), history.layer(), history.index(), now, view)) return false;
        translation.seq = seq;
        translation.timestamp = history.timestamp();
        translation.marker = history.marker();
        translation.unpackDescriptor(history.descriptor());
        return true;
    }

    /** @return bytes of the packet, whose turn has come; 0 if it is lost */
    int sendWaiting(long now, int seq) {
        RtpView view = owner.scratchView();
        if (!recall(now, seq, view)) {
            drops().count(Drop.SEND_QUEUE_FULL);
            return 0;
        }
        sender.write(now, translation, view);
        return view.length();
    }

    /** @return bytes that were sent as a part of a probe, 0 if none can */
    int pad(long now) {
        if (publication == null || starved || !sender.canPad()) return 0;
        RtpView view = owner.scratchView();
        int seq = lastSeq - (padTurn++ & RECENT - 1) & 0xffff;
        if (lastSeq < 0 || !recall(now, seq, view) || view.length() < WORTH_REPEATING) return sender.pad(now);
        sender.resend(now, translation, view);
        return view.length();
    }

    private void resendBlock(long now, RedView red, int back, RtpView packet) {
        if (back <= red.redundant())
            sender.write(now, translation, red.bytes(), red.offset(back), red.length(back), false, back == 0 ? packet : null);
    }

    // -- losses on the way to the subscriber

    /** @param fraction in 1/256, of what was sent since the report before */
    void reported(long now, int fraction) {
        fractionLost = fraction;
        reportedAt = now;
    }

    /** By its last report, 0 if that is too old to say anything. */
    int fractionLost(long now) {
        return now - reportedAt < REPORT_HOLDS ? fractionLost : 0;
    }

    void senderReport(long now, int layer, long ntp, int timestamp) {
        if (forwarder == null) return;
        forwarder.senderReport(now, layer, ntp, timestamp);
        if (sentAny && forwarder.currentLayer() == layer) sender.reference(ntp, timestamp + timestampOffset, now);
    }

    void live(long now, int mask) {
        if (forwarder != null) forwarder.live(now, mask);
        owner.downstream().changed();
    }

    // -- bandwidth

    /** @return false if there is nothing to decide about it */
    boolean describe(Ladder into) {
        if (publication == null || !preference.enabled() || sender == null || !sender.bound()) return false;
        into.fresh = !decided;
        into.set(publication.rates(), publication.liveMask(), preference, grantedSpatial, grantedTemporal, starved || !decided);
        return true;
    }

    /** Takes what the ladder says. */
    void grant(long now) {
        boolean first = !decided;
        decided = true;
        boolean starves = ladder.next == Ladder.OFF;
        boolean full = ladder.next == ladder.rungs() - 1;
        // At the top there is no limit, so that a layer that appears is not held up.
        int spatial = full ? 2 : starves ? grantedSpatial : ladder.spatial(ladder.next);
        int temporal = full ? 3 : starves ? grantedTemporal : ladder.temporal(ladder.next);
        boolean resumes = starved && !starves;
        if (starves != starved) owner.listener().subscription(spec.trackSid(), starves ? SubscriptionEvent.PAUSED : SubscriptionEvent.RESUMED, "");
        if (!first && starves == starved && spatial == grantedSpatial && temporal == grantedTemporal) return;
        starved = starves;
        grantedSpatial = spatial;
        grantedTemporal = temporal;
        if (resumes) resync(now);
        if (starved) return;
        aim(now);
        askForKeyFrame(now);
    }

    private void aim(long now) {
        if (forwarder != null)
            forwarder.target(now, Math.min(preference.maxSpatial(), grantedSpatial), Math.min(preference.maxTemporal(), grantedTemporal));
    }

    void bound(long now) {
        boundAt = now;
        owner.listener().subscription(spec.trackSid(), SubscriptionEvent.BOUND, "");
        owner.downstream().changed();
        waitForOpening(now);
        askForKeyFrame(now);
        announce(now);
    }

    /** Video that begins with a key frame which is asked for does not wait: that takes long enough to come, and would have to be asked for again. */
    private void waitForOpening(long now) {
        if (!owner.answers() || sentAny || boundAt == Time.NEVER || publication == null) return;
        if (publication.form().video() && !publication.beginsFromRing()) return;
        long opening = boundAt + OPENING + owner.roundTripNanos();
        if (Time.due(opening, now)) return;
        opensAt = opening;
        owner.subscribed().opens(opening);
    }

    /** @return when what has come meanwhile is to go out, if that is not yet */
    long open(long now) {
        if (!Time.due(opensAt, now)) return opensAt;
        opensAt = Time.NEVER;
        askForKeyFrame(now);
        announce(now);
        return Time.NEVER;
    }

    void keyFrameLost(long now) {
        if (forwarder == null) return;
        forwarder.keyFrameLost(now);
        askForKeyFrame(now);
    }

    /** On the way from the publisher. The client would find out late: to it, a packet that never comes may yet. */
    void pictureLost(long now, int layer) {
        if (forwarder != null && forwarder.currentLayer() == layer) keyFrameLost(now);
    }

    void askForKeyFrame(long now) {
        if (forwarder == null || publication == null || sender == null || !preference.enabled() || starved || !sender.ready()) return;
        if (forwarder.currentLayer() < 0 && begins(now, forwarder.targetLayer())) return;
        int layer = forwarder.keyFrameWanted(now, owner.roundTripNanos());
        if (layer >= 0) publication.requestKeyFrame(now, layer, layer != forwarder.currentLayer());
    }

    /** What the publisher would be asked for may just have come, while this was being negotiated. */
    private boolean begins(long now, int layer) {
        long index = layer < 0 ? -1 : publication.beginning(now, layer);
        if (index < 0) return false;
        if (opensAt != Time.NEVER) return true; // not yet
        overtaking[layer] = -1; // it is among what follows now
        for (long highest = publication.highest(layer); index <= highest; index++) replay(now, layer, index);
        return forwarder.currentLayer() >= 0;
    }

    void prefer(long now, TrackPreference wanted) {
        boolean back = wanted.enabled() && !preference.enabled();
        preference = wanted;
        owner.downstream().changed();
        if (publication == null) return;
        if (!wanted.enabled()) fallSilent(now);
        if (back) resync(now);
        aim(now);
        askForKeyFrame(now);
    }

    void resync(long now) {
        endSilence(now);
        recovery.pause();
        if (forwarder == null) {
            if (held != null) held = held.outOfStep();
            return;
        }
        forwarder.resync(now);
        askForKeyFrame(now);
    }

    // -- when it pauses or ends

    /** Its decoder is not to be left in the middle of a sound. */
    void fallSilent(long now) {
        if (publication.form().video() || silence != null || !sentAny || !sender.ready() || publication.muted()) return;
        rest(now);
        lateCount = 0;
        silence = blank(now, held, false, this::endSilence);
        if (silence == null) endHold(now);
        else owner.interludes().begin(now, silence);
    }

    /** The publisher is muted, or has not begun, and the client would not know of the track before that ends. */
    void announce(long now) {
        boolean unknown = owner.spec().tracksByPackets() && !sentAny && opensAt == Time.NEVER && publication != null && (publication.muted() || isLate(now));
        if (!unknown || forwarder == null || !sender.ready()) return;
        rest(now);
        if (held == null) return;
        sentAny = true;
        held = held.elsewhere().after(owner.loop.random().nextInt(1 << 15), owner.loop.random().nextInt(), now);
        silence = new BlankFrames(now, sender, BlankPayload.nothing(sender.codec(), held), held, false, this::endSilence);
        owner.interludes().begin(now, silence);
    }

    private boolean isLate(long now) {
        return publication.liveMask() == 0 && boundAt != Time.NEVER && now - boundAt > PATIENCE;
    }

    /** @return null if there is nothing to go on from, or nothing is known to send */
    private BlankFrames blank(long now, ForwarderState from, boolean last, BlankFrames.Ending ending) {
        if (from == null) return null;
        byte[] trailer = publication.form().encrypted() ? spec.trailer() : new byte[0];
        BlankPayload payload = BlankPayload.of(sender.codec(), sender.red(), from, trailer);
        return payload == null ? null : new BlankFrames(now, sender, payload, from, last, ending);
    }

    private void endSilence(long now) {
        if (silence == null) return;
        breakSilence();
        endHold(now);
    }

    private void breakSilence() {
        if (silence == null) return;
        held = silence.after();
        owner.interludes().remove(silence);
        silence = null;
    }

    /** Goes on with the engine of now, if there is one. */
    private void endHold(long now) {
        ForwardingEngine engine = owner.loop.engine();
        if (engine == null || held == null) return;
        goOn(engine);
        aim(now);
        publication.refresh(now, this);
    }

    /** @return what the client is sent before its section is free, null if that may be at once */
    BlankFrames farewell(long now, BlankFrames.Ending ending) {
        if (publication == null || !sentAny || !sender.ready()) return null;
        breakSilence();
        rest(now);
        return blank(now, held, true, ending);
    }

    // -- for operators

    /** @param before what stands between the publisher and this loop */
    List<Hindrance> hindrances(List<Hindrance> before) {
        List<Hindrance> found = new ArrayList<>(before);
        if (owner.peer().state() != PeerState.CONNECTED) found.add(Hindrance.NOT_CONNECTED);
        if (publication != null && !sender.bound()) found.add(Hindrance.NOT_NEGOTIATED);
        if (!preference.enabled()) found.add(Hindrance.PAUSED);
        else if (starved) found.add(Hindrance.NO_BANDWIDTH);
        if (publication == null || silence != null) return found;
        if (forwarder == null) found.add(Hindrance.NO_ENGINE);
        else if (publication.form().video() && found.isEmpty() && forwarder.currentLayer() < 0) found.add(Hindrance.WAITING_FOR_KEY_FRAME);
        return found;
    }

    // -- replacement of the engine

    /**
     * Continues with another engine exactly where the old one stopped.
     *
     * @throws RuntimeException if the new engine cannot use the state; then nothing has changed
     */
    void adopt(long now, ForwardingEngine engine) {
        if (publication == null || silence != null) return; // after it, whichever engine is there then
        boolean wasHeld = forwarder == null && held != null;
        ForwarderState from = forwarder != null ? forwarder.snapshot() : held;
        if (from == null && sentAny) throw new IllegalStateException("the state was lost, and numbers must not be used twice");
        Forwarder successor = engine.create(forwarderSpec(), from);
        forwarder = successor;
        held = null;
        aim(now);
        publication.refresh(now, this);
        if (wasHeld) catchUp(now, from);
    }

    /** Nobody decides for a while: keep the state, let the rings fill. */
    void hold(long now) {
        if (forwarder == null) return;
        held = forwarder.snapshot();
        heldSince = now;
        lateCount = 0;
        forwarder = null;
    }

    private void catchUp(long now, ForwarderState from) {
        int layer = from.currentLayer();
        long last = from.lastLayerIndex();
        if (layer < 0 || last < 0) return;
        if (now - heldSince > MAX_REPLAY || publication.muted() || !publication.holdsAllSince(layer, last + 1)) {
            resync(now);
            return;
        }
        for (int i = 0; i < lateCount; i++) replay(now, layer, late[i]);
        for (long index = last + 1, highest = publication.highest(layer); index <= highest; index++) replay(now, layer, index);
    }

    private void replay(long now, int layer, long index) {
        if (!publication.describe(owner.scratchMeta(), layer, index, now, owner.scratchView())) return;
        if (publication.forms() == null || publication.forms().set(index, owner.scratchView()) == null) forward(now, owner.scratchMeta(), owner.scratchView());
    }
}
