package io.stoa.room.live;

import io.stoa.media.MediaPeer;
import io.stoa.media.PeerListener;
import io.stoa.media.SubscriptionSpec;
import io.stoa.media.TrackPreference;
import io.stoa.protocol.handover.ParticipantState;
import io.stoa.protocol.handover.SubscriptionState;
import io.stoa.protocol.handover.TrackSetting;
import io.stoa.protocol.handover.TrackWish;
import io.stoa.protocol.livekit.StreamState;
import io.stoa.protocol.livekit.StreamStateInfo;
import io.stoa.protocol.livekit.StreamStateUpdate;
import io.stoa.protocol.livekit.SubscriptionError;
import io.stoa.protocol.livekit.SubscriptionPermissionUpdate;
import io.stoa.protocol.livekit.SubscriptionResponse;
import io.stoa.protocol.livekit.TrackSource;
import io.stoa.protocol.livekit.TrackSubscribed;
import io.stoa.protocol.livekit.UpdateTrackSettings;
import io.stoa.protocol.livekit.VideoQuality;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one participant receives: what it wants, what it may have, and what the media plane was asked for (spec 5.8). */
final class Subscriptions {
    private static final Logger LOG = LoggerFactory.getLogger(Subscriptions.class);
    /** So often {@link #giveUp} is asked. */
    static final long CHECK_MILLIS = 5_000;
    static final long UNKNOWN_MILLIS = 60_000;
    static final long UNBOUND_MILLIS = 15_000;
    /** What a description can carry (RFC 8830 section 2): publishers name their streams as they like. */
    private static final Pattern STREAM_ID = Pattern.compile("[!#-'*+\\-.0-9A-Z^-~]{1,64}");

    private final Member owner;
    private final Map<String, Member> active = new LinkedHashMap<>();
    /** By track: the rank of the codec in which the client gets it. */
    private final Map<String, Integer> taken = new LinkedHashMap<>();
    /** By track: true wanted, false not wanted, absent = as automatic subscription says. */
    private final TrackNotes<Boolean> wished = new TrackNotes<>();
    private final TrackNotes<Setting> settings = new TrackNotes<>();
    /** By track that was asked for and does not exist: since when. */
    private final TrackNotes<Long> unknown = new TrackNotes<>();
    /** By track that the client has not taken yet: until when it may. */
    private final Map<String, Long> unbound = new LinkedHashMap<>();
    /** By the limits on what one participant receives. */
    private boolean waiting;
    private final Map<String, Boolean> lastAllowed = new LinkedHashMap<>();

    /** Of a request only what counts, because it stays. */
    private record Setting(boolean disabled, VideoQuality quality, int width, int height, int priority) {}

    Subscriptions(Member owner) {
        this.owner = owner;
    }

    void freeze(ParticipantState.Builder to) {
        active.forEach((sid, publisher) -> {
            SubscriptionState.Builder one = SubscriptionState.newBuilder()
                    .setTrackSid(sid)
                    .setPublisherIdentity(publisher.identity())
                    .setUnboundUntil(unbound.getOrDefault(sid, 0L));
            if (taken.containsKey(sid)) one.setCodec(taken.get(sid));
            to.addSubscriptions(one);
        });
        wished.all().forEach((sid, wish) -> to.addTrackWishes(TrackWish.newBuilder().setTrackSid(sid).setSubscribe(wish)));
        settings.all().forEach((sid, setting) -> to.addTrackSettings(TrackSetting.newBuilder()
                .setTrackSid(sid)
                .setDisabled(setting.disabled)
                .setQuality(setting.quality)
                .setWidth(setting.width)
                .setHeight(setting.height)
                .setPriority(setting.priority)));
        to.putAllPermittedBefore(lastAllowed);
    }

    /** When all participants are there. The media plane has the subscriptions already. */
    void thaw(ParticipantState from, ActiveRoom room) {
        for (SubscriptionState one : from.getSubscriptionsList()) {
            Member publisher = room.member(one.getPublisherIdentity());
            if (publisher == null) continue;
            active.put(one.getTrackSid(), publisher);
            if (one.hasCodec()) taken.put(one.getTrackSid(), one.getCodec());
            if (one.getUnboundUntil() > 0) unbound.put(one.getTrackSid(), one.getUnboundUntil());
        }
        for (TrackWish wish : from.getTrackWishesList()) wish(List.of(wish.getTrackSid()), wish.getSubscribe());
        waiting = true;
        for (TrackSetting one : from.getTrackSettingsList())
            settings.put(one.getTrackSid(), new Setting(one.getDisabled(), one.getQuality(), one.getWidth(), one.getHeight(), one.getPriority()));
        lastAllowed.putAll(from.getPermittedBeforeMap());
    }

    void wish(List<String> trackSids, boolean subscribe) {
        for (String sid : trackSids) {
            wished.put(sid, subscribe);
            if (!subscribe || owner.room().ownerOf(sid) != null) unknown.remove(sid);
            else if (unknown.get(sid) == null) unknown.put(sid, owner.room().millis());
        }
    }

    /**
     * Tracks that were asked for so long ago and never came are not waited for; about those that came and were never negotiated the client
     * is told, once.
     *
     * @return whether there were any of the latter
     */
    boolean giveUp(long now) {
        giveUpUnknown(now);
        boolean connected = owner.active() && owner.signalling().open(); // else nothing can be negotiated, and the time has not begun
        if (!connected) unbound.replaceAll((sid, until) -> now + UNBOUND_MILLIS);
        List<String> late = unbound.entrySet().stream().filter(one -> one.getValue() <= now).map(Map.Entry::getKey).toList();
        for (String sid : late) {
            unbound.remove(sid);
            failed(sid, SubscriptionError.SE_UNKNOWN);
        }
        return !late.isEmpty();
    }

    /** What the media plane says of one. */
    void happened(String sid, PeerListener.SubscriptionEvent event, String detail) {
        switch (event) {
            case BOUND -> bound(sid);
            case CODEC_UNSUPPORTED -> {
                LOG.info("room {}: {} cannot take {}: {}", owner.room().name(), owner.identity(), sid, detail);
                unbound.remove(sid); // as far as it ever will be
                failed(sid, SubscriptionError.SE_CODEC_UNSUPPORTED);
            }
            case NOT_FOUND, ENDED -> ended(sid);
            case PAUSED -> tellStream(sid, StreamState.PAUSED);
            case RESUMED -> tellStream(sid, StreamState.ACTIVE);
        }
    }

    /** The client has taken it; its publisher is told of the first who does. */
    private void bound(String sid) {
        if (unbound.remove(sid) != null) owner.room().counts().subscribing(RoomCounts.Subscribing.SUCCESS);
        Member publisher = owner.room().ownerOf(sid);
        Publications.Entry entry = publisher == null ? null : publisher.publications().get(sid);
        if (entry == null || entry.subscribedOnce) return;
        entry.subscribedOnce = true;
        publisher.tell(response -> response.setTrackSubscribed(TrackSubscribed.newBuilder().setTrackSid(sid)));
    }

    private void tellStream(String sid, StreamState state) {
        Member publisher = owner.room().ownerOf(sid);
        if (publisher == null) return;
        owner.tell(response -> response.setStreamStateUpdate(StreamStateUpdate.newBuilder().addStreamStates(
                StreamStateInfo.newBuilder().setParticipantSid(publisher.sid()).setTrackSid(sid).setState(state))));
    }

    private void failed(String sid, SubscriptionError error) {
        owner.room().counts().subscriptionFailed(error.name());
        owner.tell(response -> response.setSubscriptionResponse(SubscriptionResponse.newBuilder().setTrackSid(sid).setErr(error)));
    }

    /** In which of its codecs the client gets the track: what it needs is needed of that one. */
    void took(String sid, int rank) {
        if (!active.containsKey(sid)) return;
        Integer before = taken.put(sid, rank);
        Publications.Entry entry = owner.room().track(sid);
        if (entry == null || before != null && before == rank) return;
        if (rank > 0 || before != null) owner.receiving().prefer(sid, preference(entry)); // it may have other layers
        owner.room().dynacast().changed(sid);
    }

    /** The rank of the codec in which the client gets the track, -1 if that is not known yet. */
    int codec(Publications.Entry entry) {
        return entry.severalCodecs() ? taken.getOrDefault(entry.info.getSid(), -1) : 0;
    }

    private void giveUpUnknown(long now) {
        for (String sid : unknown.takeIf(since -> now - since >= UNKNOWN_MILLIS)) {
            if (owner.room().ownerOf(sid) != null) continue;
            wished.remove(sid);
            failed(sid, SubscriptionError.SE_TRACK_NOTFOUND);
        }
    }

    boolean wants(String sid) {
        return wished.getOrDefault(sid, owner.autoSubscribe());
    }

    /** Whether somebody has said so, and it is not automatic subscription that decides. */
    boolean wished(String sid) {
        return wished.get(sid) != null;
    }

    Set<String> tracks() {
        return Set.copyOf(active.keySet());
    }

    boolean has(String sid) {
        return active.containsKey(sid);
    }

    /** Whether it receives anything of this participant. */
    boolean subscribedTo(Member other) {
        return active.containsValue(other);
    }

    Set<Member> publishers() {
        return new LinkedHashSet<>(active.values());
    }

    /** Brings reality to what is wanted and allowed, for one publisher's tracks. */
    void reconcile(Member publisher) {
        if (publisher == owner || owner.receiving() == null) return;
        for (Publications.Entry entry : publisher.publications().all()) {
            if (!entry.published) continue;
            String sid = entry.info.getSid();
            boolean permitted = publisher.publishing().permits(owner, sid);
            tellPermission(publisher, sid, permitted);
            boolean wanted = wants(sid) && permitted && owner.permission().getCanSubscribe();
            if (wanted && !active.containsKey(sid)) beginOrWait(publisher, entry);
            else if (!wanted && active.containsKey(sid)) end(sid);
        }
    }

    private void beginOrWait(Member publisher, Publications.Entry entry) {
        if (hasRoomFor(entry)) begin(publisher, entry);
        else waiting = true;
    }

    /** Within the limits on what one participant receives. */
    boolean hasRoomFor(Publications.Entry entry) {
        RoomLimits limits = owner.room().limits();
        int limit = entry.video() ? limits.subscriptionLimitVideo() : limits.subscriptionLimitAudio();
        if (limit <= 0) return true;
        long received = active.keySet().stream().map(owner.room()::track).filter(other -> other != null && other.video() == entry.video()).count();
        return received < limit;
    }

    /** What waited for another one to end may come now. */
    private void ended() {
        if (!waiting) return;
        waiting = false;
        owner.room().post(() -> {
            if (owner.open()) for (Member publisher : List.copyOf(owner.room().members())) reconcile(publisher);
        });
    }

    private void tellPermission(Member publisher, String sid, boolean permitted) {
        if (!wants(sid)) return;
        Boolean before = lastAllowed.put(sid, permitted);
        if (before == null ? permitted : before == permitted) return;
        owner.tell(response -> response.setSubscriptionPermissionUpdate(
                SubscriptionPermissionUpdate.newBuilder().setParticipantSid(publisher.sid()).setTrackSid(sid).setAllowed(permitted)));
    }

    private void begin(Member publisher, Publications.Entry entry) {
        MediaPeer source = publisher.sending();
        if (source == null) return;
        String sid = entry.info.getSid();
        if (!subscribedTo(publisher)) owner.room().speakers().subscriptionChanged(owner, publisher, true);
        active.put(sid, publisher);
        owner.room().counts().subscribing(RoomCounts.Subscribing.ATTEMPT);
        unbound.put(sid, owner.room().millis() + UNBOUND_MILLIS);
        Setting before = settings.get(sid);
        // Whoever sets by what is visible has seen nothing of it yet, and would not ask for it (spec 5.13).
        if (before != null && before.disabled && owner.adaptiveStream())
            settings.put(sid, new Setting(false, before.quality, before.width, before.height, before.priority));
        owner.room().dynacast().changed(sid);
        subscribe(publisher, entry);
    }

    private void subscribe(Member publisher, Publications.Entry entry) {
        boolean screen = entry.info.getSource() == TrackSource.SCREEN_SHARE;
        owner.receiving().subscribe(publisher.sending(), new SubscriptionSpec(
                entry.info.getSid(), streamId(publisher, entry), preference(entry), screen, owner.room().welcome().sifTrailer().toByteArray()));
    }

    /** The media plane of this node knows nothing of them yet. */
    void again() {
        active.forEach((sid, publisher) -> {
            Publications.Entry entry = publisher.publications().get(sid);
            if (entry != null) subscribe(publisher, entry);
        });
        active.keySet().removeIf(sid -> owner.room().track(sid) == null);
    }

    /** A stream of its own, or, where tracks are played together, that of all tracks of the publisher's stream (spec 6.13). */
    private String streamId(Member publisher, Publications.Entry entry) {
        if (owner.connections().playsTogether()) {
            String shared = publisher.sid() + "|" + entry.info.getStream();
            if (STREAM_ID.matcher(shared).matches()) return shared;
        }
        return publisher.sid() + "|" + entry.info.getSid();
    }

    private void end(String sid) {
        Member publisher = active.remove(sid);
        taken.remove(sid);
        if (unbound.remove(sid) != null) owner.room().counts().subscribing(RoomCounts.Subscribing.CANCEL);
        if (!subscribedTo(publisher)) owner.room().speakers().subscriptionChanged(owner, publisher, false);
        owner.receiving().unsubscribe(sid);
        owner.room().dynacast().changed(sid);
        ended();
    }

    /** The media plane ended it. */
    void ended(String sid) {
        unbound.remove(sid);
        taken.remove(sid);
        if (active.remove(sid) == null) return;
        owner.room().dynacast().changed(sid);
        ended();
    }

    /** The quality up to which it is to be sent here; {@link Dynacast#NOTHING} if it is not. */
    int needs(Member publisher, Publications.Entry entry) {
        if (active.get(entry.info.getSid()) != publisher) return Dynacast.NOTHING;
        TrackPreference preference = preference(entry);
        return preference.enabled() ? preference.maxSpatial() : Dynacast.NOTHING;
    }

    /** Of how many tracks something is kept, whether they exist or not. */
    int noted() {
        return wished.size() + settings.size() + lastAllowed.size();
    }

    /**
     * The track does not exist any more.
     *
     * @param flows it does elsewhere, so that the media plane has not ended it
     */
    void forget(String sid, boolean flows) {
        taken.remove(sid);
        if (active.remove(sid) != null) {
            if (flows) owner.receiving().unsubscribe(sid);
            ended();
        }
        unbound.remove(sid);
        wished.remove(sid);
        settings.remove(sid);
        lastAllowed.remove(sid);
    }

    /** The owner goes to where nothing of this is. */
    void clear() {
        for (String sid : active.keySet()) owner.receiving().unsubscribe(sid);
        active.clear();
        taken.clear();
        unbound.clear();
        wished.clear();
        unknown.clear();
        settings.clear();
        lastAllowed.clear();
    }

    void set(UpdateTrackSettings request) {
        Setting setting = new Setting(request.getDisabled(), request.getQuality(), request.getWidth(), request.getHeight(), request.getPriority());
        for (String sid : request.getTrackSidsList()) {
            settings.put(sid, setting);
            Publications.Entry entry = owner.room().track(sid);
            if (entry == null || owner.receiving() == null) continue;
            owner.receiving().prefer(sid, preference(entry));
            owner.room().dynacast().changed(sid);
        }
    }

    private TrackPreference preference(Publications.Entry entry) {
        Setting set = settings.get(entry.info.getSid());
        if (!entry.video()) return set == null ? TrackPreference.EVERYTHING : new TrackPreference(!set.disabled, 2, 3);
        if (set == null) return new TrackPreference(true, owner.adaptiveStream() ? 0 : 2, 3, priority(entry, 0));
        boolean enabled = !set.disabled && set.quality != VideoQuality.OFF;
        return new TrackPreference(enabled, Publications.layerFor(entry, Math.max(0, codec(entry)), set.quality, set.width, set.height), 3, priority(entry, set.priority));
    }

    /** As the client says, else the screen before everything else (spec 6.11). */
    private static int priority(Publications.Entry entry, int wished) {
        if (wished != 0) return Math.clamp(wished & 0xffff_ffffL, TrackPreference.LOWEST_PRIORITY, TrackPreference.HIGHEST_PRIORITY);
        return entry.info.getSource() == TrackSource.SCREEN_SHARE ? TrackPreference.HIGHEST_PRIORITY : TrackPreference.LOWEST_PRIORITY;
    }
}
