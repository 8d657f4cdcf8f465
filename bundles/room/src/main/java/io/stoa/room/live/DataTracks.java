package io.stoa.room.live;

import io.stoa.base.Ids;
import io.stoa.media.DataLane;
import io.stoa.protocol.handover.DataSubscriptionState;
import io.stoa.protocol.handover.ParticipantState;
import io.stoa.protocol.handover.TrackWish;
import io.stoa.protocol.livekit.DataTrackInfo;
import io.stoa.protocol.livekit.DataTrackSchemaEncoding;
import io.stoa.protocol.livekit.DataTrackSubscriberHandles;
import io.stoa.protocol.livekit.PublishDataTrackRequest;
import io.stoa.protocol.livekit.RequestResponse.Reason;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Data tracks of one participant, those it publishes and those it receives (spec 4.10). Lives on the room's mailbox. */
final class DataTracks {
    private static final int MAX_HANDLE = 65_535;
    private static final int MAX_NAME = 256;
    /** Everybody is told of each of them. */
    static final int MAX_PUBLISHED = 256;
    private static final int FIRST_HANDLES = 256;
    /** Position and length of the handle in a packet; the shortest packet is its fixed header. */
    private static final int HANDLE_AT = 2;
    private static final int HEADER = 12;

    private final Member owner;
    private final int maxCustomEncodingLength;
    private final Map<Integer, DataTrackInfo> published = new LinkedHashMap<>();
    /** By track sid. */
    private final Map<String, Subscription> received = new LinkedHashMap<>();
    private final TrackNotes<Boolean> wished = new TrackNotes<>();
    private int nextHandle;

    private record Subscription(Member publisher, int handle) {}

    /** @param seed from which the handles begin */
    DataTracks(Member owner, int seed, int maxCustomEncodingLength) {
        this.owner = owner;
        this.maxCustomEncodingLength = maxCustomEncodingLength;
        nextHandle = 1 + Math.floorMod(seed, FIRST_HANDLES - 1);
    }

    /** @param info of the new track, or null with the reason of the refusal and its words */
    record Outcome(DataTrackInfo info, Reason reason, String message) {
        private static Outcome refused(Reason reason, String message) {
            return new Outcome(null, reason, message);
        }
    }

    // -- between two room managers

    void freeze(ParticipantState.Builder to) {
        to.addAllDataTracks(published.values()).setNextDataTrackHandle(nextHandle);
        received.forEach((sid, subscription) -> to.addDataSubscriptions(DataSubscriptionState.newBuilder()
                .setTrackSid(sid)
                .setPublisherIdentity(subscription.publisher.identity())
                .setHandle(subscription.handle)));
        wished.all().forEach((sid, wish) -> to.addDataTrackWishes(TrackWish.newBuilder().setTrackSid(sid).setSubscribe(wish)));
    }

    /** When all participants are there. */
    void thaw(ParticipantState from, ActiveRoom room) {
        for (DataTrackInfo track : from.getDataTracksList()) published.put(track.getPubHandle(), track);
        nextHandle = from.getNextDataTrackHandle();
        for (TrackWish wish : from.getDataTrackWishesList()) wished.put(wish.getTrackSid(), wish.getSubscribe());
        for (DataSubscriptionState one : from.getDataSubscriptionsList()) {
            Member publisher = room.member(one.getPublisherIdentity());
            if (publisher != null) received.put(one.getTrackSid(), new Subscription(publisher, one.getHandle()));
        }
    }

    // -- publishing

    List<DataTrackInfo> infos() {
        return List.copyOf(published.values());
    }

    boolean publishes(String trackSid) {
        return published.values().stream().anyMatch(t -> t.getSid().equals(trackSid));
    }

    Outcome publish(PublishDataTrackRequest request, Ids ids) {
        int handle = request.getPubHandle();
        if (!owner.permission().getCanPublishData()) return Outcome.refused(Reason.NOT_ALLOWED, "does not have permission to publish data");
        if (handle < 1 || handle > MAX_HANDLE) return Outcome.refused(Reason.INVALID_HANDLE, "handle must be 1 to " + MAX_HANDLE);
        if (request.getName().isEmpty() || Member.bytes(request.getName()) > MAX_NAME)
            return Outcome.refused(Reason.INVALID_NAME, "name must have 1 to " + MAX_NAME + " bytes");
        if (request.hasFrameEncoding() && request.getFrameEncoding().hasCustom() && badEncoding(request.getFrameEncoding().getCustom())
                || request.hasSchema() && badEncoding(request.getSchema().getEncoding()))
            return Outcome.refused(Reason.INVALID_REQUEST, "a custom encoding must have 1 to " + maxCustomEncodingLength + " bytes");
        if (published.containsKey(handle)) return Outcome.refused(Reason.DUPLICATE_HANDLE, "handle " + handle + " is in use");
        if (published.values().stream().anyMatch(t -> t.getName().equals(request.getName())))
            return Outcome.refused(Reason.DUPLICATE_NAME, "there is a data track of that name");
        if (published.size() >= MAX_PUBLISHED) return Outcome.refused(Reason.LIMIT_EXCEEDED, "a participant may publish " + MAX_PUBLISHED + " data tracks");
        DataTrackInfo.Builder info = DataTrackInfo.newBuilder()
                .setPubHandle(handle)
                .setSid(ids.next(Ids.DATA_TRACK))
                .setName(request.getName())
                .setEncryptionValue(request.getEncryptionValue());
        if (request.hasFrameEncoding()) info.setFrameEncoding(request.getFrameEncoding());
        if (request.hasSchema()) info.setSchema(request.getSchema());
        published.put(handle, info.build());
        return new Outcome(published.get(handle), Reason.OK, "");
    }

    private boolean badEncoding(DataTrackSchemaEncoding encoding) {
        return encoding.hasCustom() && badEncoding(encoding.getCustom());
    }

    private boolean badEncoding(String custom) {
        return custom.isEmpty() || maxCustomEncodingLength > 0 && Member.bytes(custom) > maxCustomEncodingLength;
    }

    /** @return null if there is no such track */
    DataTrackInfo unpublish(int handle) {
        return published.remove(handle);
    }

    // -- receiving

    void wish(String trackSid, boolean subscribe) {
        wished.put(trackSid, subscribe);
    }

    /** The track does not exist any more. */
    void forget(String trackSid) {
        wished.remove(trackSid);
    }

    /** Of how many tracks a wish is kept, whether they exist or not. */
    int noted() {
        return wished.size();
    }

    /** Brings reality to what is wanted and allowed, and tells the client if it changed. */
    void reconcile(Member publisher) {
        if (publisher == owner || owner.receiving() == null) return;
        boolean changed = received.entrySet().removeIf(e -> e.getValue().publisher == publisher && !mayReceive(publisher, e.getKey()));
        for (DataTrackInfo track : publisher.dataTracks().published.values()) {
            if (received.size() == MAX_HANDLE) break; // there is no handle for another one
            if (received.containsKey(track.getSid()) || !mayReceive(publisher, track.getSid())) continue;
            received.put(track.getSid(), new Subscription(publisher, newHandle()));
            changed = true;
        }
        if (changed) tellHandles();
    }

    /** The publisher is gone from the room. */
    void dismiss(Member publisher) {
        if (received.values().removeIf(subscription -> subscription.publisher == publisher)) tellHandles();
    }

    private boolean mayReceive(Member publisher, String trackSid) {
        return publisher.open()
                && publisher.dataTracks().publishes(trackSid)
                && wished.getOrDefault(trackSid, owner.autoSubscribeDataTracks())
                && owner.permission().getCanSubscribe()
                && publisher.publishing().permits(owner, trackSid);
    }

    private int newHandle() {
        int handle;
        do {
            handle = nextHandle;
            nextHandle = nextHandle == MAX_HANDLE ? 1 : nextHandle + 1;
        } while (isTaken(handle));
        return handle;
    }

    private boolean isTaken(int handle) {
        return received.values().stream().anyMatch(s -> s.handle == handle);
    }

    void tellHandles() {
        DataTrackSubscriberHandles.Builder handles = DataTrackSubscriberHandles.newBuilder();
        received.forEach((sid, subscription) -> handles.putSubHandles(
                subscription.handle,
                DataTrackSubscriberHandles.PublishedDataTrack.newBuilder()
                        .setPublisherIdentity(subscription.publisher.identity())
                        .setPublisherSid(subscription.publisher.sid())
                        .setTrackSid(sid)
                        .build()));
        owner.tell(response -> response.setDataTrackSubscriberHandles(handles));
    }

    /** The owner is in another room. */
    void clearReceived() {
        received.clear();
    }

    boolean receivesAny() {
        return !received.isEmpty();
    }

    // -- packets

    /** A packet of this participant goes to everybody who receives its track, with the handle that they know it by. */
    void relay(byte[] packet, Iterable<Member> members) {
        if (packet.length < HEADER) return;
        DataTrackInfo track = published.get((packet[HANDLE_AT] & 0xff) << 8 | packet[HANDLE_AT + 1] & 0xff);
        if (track == null) return;
        for (Member member : members) {
            Subscription subscription = member.dataTracks().received.get(track.getSid());
            if (subscription == null || !member.receiving().isOpen(DataLane.DATA_TRACK)) continue;
            byte[] copy = packet.clone();
            copy[HANDLE_AT] = (byte) (subscription.handle >> 8);
            copy[HANDLE_AT + 1] = (byte) subscription.handle;
            member.receiving().send(DataLane.DATA_TRACK, copy);
        }
    }

    /** Everything that is published ends, for instance because data may no longer be published. */
    List<DataTrackInfo> unpublishAll() {
        List<DataTrackInfo> gone = new ArrayList<>(published.values());
        published.clear();
        return gone;
    }
}
