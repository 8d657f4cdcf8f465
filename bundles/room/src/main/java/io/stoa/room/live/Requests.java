package io.stoa.room.live;

import io.stoa.protocol.livekit.AddTrackRequest;
import io.stoa.protocol.livekit.CandidateProtocol;
import io.stoa.protocol.livekit.DataBlob;
import io.stoa.protocol.livekit.DataTrackInfo;
import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.protocol.livekit.GetDataBlobRequest;
import io.stoa.protocol.livekit.GetDataBlobResponse;
import io.stoa.protocol.livekit.LeaveRequest;
import io.stoa.protocol.livekit.ParticipantTracks;
import io.stoa.protocol.livekit.PublishDataTrackRequest;
import io.stoa.protocol.livekit.PublishDataTrackResponse;
import io.stoa.protocol.livekit.RequestResponse;
import io.stoa.protocol.livekit.RequestResponse.Reason;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SimulateScenario;
import io.stoa.protocol.livekit.StoreDataBlobRequest;
import io.stoa.protocol.livekit.StoreDataBlobResponse;
import io.stoa.protocol.livekit.SyncState;
import io.stoa.protocol.livekit.TrackInfo;
import io.stoa.protocol.livekit.TrackPublishedResponse;
import io.stoa.protocol.livekit.UpdateDataSubscription;
import io.stoa.protocol.livekit.UpdateParticipantMetadata;
import io.stoa.protocol.livekit.UpdateSubscription;
import io.stoa.protocol.livekit.UpdateTrackSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** What a client asks for over its signalling (spec 4.4), and the refusals. Lives on the room's mailbox. */
final class Requests {
    /** Protocol from which a client is told that a request succeeded (spec 4.3). */
    private static final int ACKNOWLEDGED = 15;

    private final Member member;

    Requests(Member member) {
        this.member = member;
    }

    private ActiveRoom room() {
        return member.room();
    }

    void receive(SignalRequest request) {
        switch (request.getMessageCase()) {
            case OFFER -> member.connections().descriptions().offer(request.getOffer());
            case ANSWER -> {
                member.connections().nextWay().answered();
                member.connections().descriptions().answer(request.getAnswer());
            }
            case TRICKLE -> {
                boolean taken = member.connections().descriptions().trickle(request.getTrickle());
                if (!taken) refuse(0, Reason.UNCLASSIFIED_ERROR, "candidateInit is no JSON object", request);
            }
            case ADD_TRACK -> addTrack(request.getAddTrack());
            case MUTE -> {
                boolean known = member.publishing().mute(request.getMute().getSid(), request.getMute().getMuted(), false);
                if (!known) refuse(0, Reason.NOT_FOUND, "track not found", request);
            }
            case SUBSCRIPTION -> subscribe(request.getSubscription());
            case TRACK_SETTING -> member.subscriptions().set(request.getTrackSetting());
            case LEAVE -> leave(request.getLeave().getReason());
            case SUBSCRIPTION_PERMISSION -> member.publishing().allow(request.getSubscriptionPermission());
            case SYNC_STATE -> sync(request.getSyncState());
            case SIMULATE -> simulate(request.getSimulate());
            case UPDATE_METADATA -> updateOwn(request.getUpdateMetadata(), request);
            case UPDATE_AUDIO_TRACK -> change(request.getUpdateAudioTrack().getTrackSid(), request,
                    track -> Publications.audioFeatures(track, request.getUpdateAudioTrack().getFeaturesList()));
            case UPDATE_VIDEO_TRACK -> change(request.getUpdateVideoTrack().getTrackSid(), request,
                    track -> track.setWidth(request.getUpdateVideoTrack().getWidth()).setHeight(request.getUpdateVideoTrack().getHeight()));
            case PUBLISH_DATA_TRACK_REQUEST -> publish(request.getPublishDataTrackRequest(), request);
            case UNPUBLISH_DATA_TRACK_REQUEST -> {
                if (!member.unpublishDataTrack(request.getUnpublishDataTrackRequest().getPubHandle())) refuse(0, Reason.NOT_FOUND, "data track not found", request);
            }
            case UPDATE_DATA_SUBSCRIPTION -> subscribe(request.getUpdateDataSubscription());
            case STORE_DATA_BLOB_REQUEST -> store(request.getStoreDataBlobRequest(), request);
            case GET_DATA_BLOB_REQUEST -> get(request.getGetDataBlobRequest(), request);
            case PING_REQ -> member.connections().nextWay().signalRoundTrip(request.getPingReq().getRtt());
            case PING, UPDATE_LAYERS, MESSAGE_NOT_SET -> {} // signs of life
        }
    }

    private void refuse(int requestId, Reason reason, String message, SignalRequest request) {
        RequestResponse.Builder response = RequestResponse.newBuilder().setRequestId(requestId).setReason(reason).setMessage(message);
        switch (request.getMessageCase()) {
            case TRICKLE -> response.setTrickle(request.getTrickle());
            case ADD_TRACK -> response.setAddTrack(request.getAddTrack());
            case MUTE -> response.setMute(request.getMute());
            case UPDATE_METADATA -> response.setUpdateMetadata(request.getUpdateMetadata());
            case UPDATE_AUDIO_TRACK -> response.setUpdateAudioTrack(request.getUpdateAudioTrack());
            case UPDATE_VIDEO_TRACK -> response.setUpdateVideoTrack(request.getUpdateVideoTrack());
            case PUBLISH_DATA_TRACK_REQUEST -> response.setPublishDataTrack(request.getPublishDataTrackRequest());
            case UNPUBLISH_DATA_TRACK_REQUEST -> response.setUnpublishDataTrack(request.getUnpublishDataTrackRequest());
            default -> {} // others carry no copy
        }
        member.tell(r -> r.setRequestResponse(response));
    }

    // -- tracks

    void addTrack(AddTrackRequest request) {
        SignalRequest original = SignalRequest.newBuilder().setAddTrack(request).build();
        room().counts().announced(request.getType());
        if (!member.mayPublish(request.getSource())) {
            refuse(0, Reason.NOT_ALLOWED, "not allowed to publish this source", original);
            return;
        }
        Publications.Announced announced = member.publications().add(request);
        if (announced.entry() == null) refuse(0, announced.refusal(), "track was not added", original);
        else member.publishing().expect(announced.entry(), request.getCid());
    }

    private void change(String trackSid, SignalRequest request, Consumer<TrackInfo.Builder> change) {
        Publications.Entry entry = member.publications().get(trackSid);
        if (entry == null) {
            refuse(0, Reason.NOT_FOUND, "track not found", request);
            return;
        }
        change.accept(entry.info);
        member.changed();
        room().announce(member);
    }

    private void subscribe(UpdateSubscription wanted) {
        member.subscribe(trackSids(wanted), wanted.getSubscribe());
    }

    private static List<String> trackSids(UpdateSubscription wanted) {
        List<String> sids = new ArrayList<>(wanted.getTrackSidsList());
        for (ParticipantTracks tracks : wanted.getParticipantTracksList()) sids.addAll(tracks.getTrackSidsList());
        return sids;
    }

    // -- data tracks and blobs

    private void publish(PublishDataTrackRequest wanted, SignalRequest request) {
        if (!room().limits().enableDataTracks()) {
            refuse(0, Reason.NOT_ALLOWED, "data tracks are switched off (enable_data_tracks)", request);
            return;
        }
        DataTracks.Outcome outcome = member.dataTracks().publish(wanted, room().ids());
        if (outcome.info() == null) {
            refuse(0, outcome.reason(), outcome.message(), request);
            return;
        }
        member.tell(r -> r.setPublishDataTrackResponse(PublishDataTrackResponse.newBuilder().setInfo(outcome.info())));
        member.changed();
        room().announce(member);
        for (Member other : room().members()) other.dataTracks().reconcile(member);
    }

    private void subscribe(UpdateDataSubscription wanted) {
        for (UpdateDataSubscription.Update update : wanted.getUpdatesList()) member.dataTracks().wish(update.getTrackSid(), update.getSubscribe());
        for (Member other : room().members()) member.dataTracks().reconcile(other);
    }

    private void store(StoreDataBlobRequest wanted, SignalRequest request) {
        RoomLimits limits = room().limits();
        Reason fault = limits.enableParticipantDataBlob()
                ? member.blobs().store(wanted.getBlob(), limits.maxDataBlobKeyLength(), limits.maxDataBlobsSize())
                : Reason.NOT_ALLOWED;
        if (fault == null) {
            member.tell(r -> r.setStoreDataBlobResponse(
                    StoreDataBlobResponse.newBuilder().setRequestId(wanted.getRequestId()).setKey(wanted.getBlob().getKey())));
            return;
        }
        String message = switch (fault) {
            case NOT_ALLOWED -> "data blob not enabled";
            case LIMIT_EXCEEDED -> "data blobs of a participant may have " + limits.maxDataBlobsSize() + " bytes";
            default -> "a data blob needs contents and a key of 1 to " + limits.maxDataBlobKeyLength() + " bytes";
        };
        refuse(wanted.getRequestId(), fault, message, request);
    }

    private void get(GetDataBlobRequest wanted, SignalRequest request) {
        Member owner = room().member(wanted.getParticipantIdentity());
        DataBlob blob = owner == null ? null : owner.blobs().get(wanted.getKey());
        if (blob != null) member.tell(r -> r.setGetDataBlobResponse(GetDataBlobResponse.newBuilder().setRequestId(wanted.getRequestId()).setBlob(blob)));
        else refuse(wanted.getRequestId(), Reason.NOT_FOUND, owner == null ? "participant not found" : "data blob not found", request);
    }

    // -- the participant itself

    private void updateOwn(UpdateParticipantMetadata update, SignalRequest request) {
        if (!member.permission().getCanUpdateMetadata()) {
            refuse(update.getRequestId(), Reason.NOT_ALLOWED, "does not have permission to update own metadata", request);
            return;
        }
        String fault = room().limitFault(update.getName(), update.getMetadata(), member.attributesWith(update.getAttributesMap()));
        if (fault != null) {
            refuse(update.getRequestId(), Reason.LIMIT_EXCEEDED, fault, request);
            return;
        }
        member.describe(update.getName(), update.getMetadata(), update.getAttributesMap());
        if (member.protocol() >= ACKNOWLEDGED)
            member.tell(r -> r.setRequestResponse(RequestResponse.newBuilder().setRequestId(update.getRequestId()).setReason(Reason.OK)));
    }

    private void leave(DisconnectReason asked) {
        DisconnectReason reason = switch (asked) {
            case USER_UNAVAILABLE, USER_REJECTED, AGENT_ERROR -> asked;
            default -> DisconnectReason.CLIENT_INITIATED;
        };
        member.close(reason, LeaveRequest.Action.DISCONNECT);
    }

    /** What a resumed client believes; if it is wrong, only a full reconnect helps. */
    private void sync(SyncState state) {
        for (TrackPublishedResponse track : state.getPublishTracksList())
            if (member.publications().get(track.getTrack().getSid()) == null) {
                mismatch();
                return;
            }
        for (PublishDataTrackResponse track : state.getPublishDataTracksList())
            if (!member.dataTracks().publishes(track.getInfo().getSid())) {
                mismatch();
                return;
            }
        if (state.getTrackSidsDisabledCount() > 0)
            member.subscriptions().set(UpdateTrackSettings.newBuilder().addAllTrackSids(state.getTrackSidsDisabledList()).setDisabled(true).build());
        List<String> sids = trackSids(state.getSubscription());
        if (!sids.isEmpty()) member.subscribe(sids, state.getSubscription().getSubscribe());
        if (state.hasDataSubscription()) subscribe(state.getDataSubscription());
    }

    private void mismatch() {
        member.close(DisconnectReason.STATE_MISMATCH, LeaveRequest.Action.RECONNECT);
    }

    /** For tests of clients (spec 4.4, request 13). What one node or one transport cannot play is passed over. */
    private void simulate(SimulateScenario scenario) {
        switch (scenario.getScenarioCase()) {
            case SPEAKER_UPDATE -> room().simulateSpeaker(member, scenario.getSpeakerUpdate());
            case SERVER_LEAVE -> member.close(DisconnectReason.SERVER_SHUTDOWN, LeaveRequest.Action.DISCONNECT);
            case NODE_FAILURE -> member.vanish();
            case DISCONNECT_SIGNAL_ON_RESUME -> member.signalling().dropOnResume(false);
            case DISCONNECT_SIGNAL_ON_RESUME_NO_MESSAGES -> member.signalling().dropOnResume(true);
            case LEAVE_REQUEST_FULL_RECONNECT -> member.close(DisconnectReason.UNKNOWN_REASON, LeaveRequest.Action.RECONNECT);
            case SUBSCRIBER_BANDWIDTH -> member.connections().downstream(Math.max(0, scenario.getSubscriberBandwidth()));
            case SWITCH_CANDIDATE_PROTOCOL -> {
                if (scenario.getSwitchCandidateProtocol() != CandidateProtocol.UNRECOGNIZED) room().only(member, scenario.getSwitchCandidateProtocol());
            }
            case MIGRATION, SCENARIO_NOT_SET -> {}
        }
    }
}
