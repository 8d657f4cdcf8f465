package io.stoa.service.egress;

import static io.stoa.rpc.RpcException.invalidArgument;

import io.stoa.protocol.livekit.ParticipantEgressRequest;
import io.stoa.protocol.livekit.RoomCompositeEgressRequest;
import io.stoa.protocol.livekit.TrackCompositeEgressRequest;
import io.stoa.protocol.livekit.TrackEgressRequest;
import io.stoa.protocol.livekit.WebEgressRequest;
import io.stoa.protocol.rpc.StartEgressRequest;
import io.stoa.rpc.RpcException;

/** What no worker would begin: said here, in workers' words, before one is looked for. */
final class EgressChecks {
    private EgressChecks() {}

    /** @return the room; empty for a web page */
    static String room(StartEgressRequest request) throws RpcException {
        return switch (request.getRequestCase()) {
            case EGRESS -> request.getEgress().hasWeb() ? request.getEgress().getRoomName() : required(request.getEgress().getRoomName(), "room_name");
            case ROOM_COMPOSITE -> required(request.getRoomComposite().getRoomName(), "room_name");
            case PARTICIPANT -> required(request.getParticipant().getRoomName(), "room_name");
            case TRACK_COMPOSITE -> required(request.getTrackComposite().getRoomName(), "room_name");
            case TRACK -> required(request.getTrack().getRoomName(), "room_name");
            case WEB -> "";
            case REPLAY, REQUEST_NOT_SET -> throw new IllegalArgumentException("no request of this API: " + request.getRequestCase());
        };
    }

    static void check(StartEgressRequest request) throws RpcException {
        switch (request.getRequestCase()) {
            case EGRESS -> check(request.getEgress());
            case ROOM_COMPOSITE -> check(request.getRoomComposite());
            case PARTICIPANT -> check(request.getParticipant());
            case TRACK_COMPOSITE -> check(request.getTrackComposite());
            case TRACK -> check(request.getTrack());
            case WEB -> check(request.getWeb());
            case REPLAY, REQUEST_NOT_SET -> throw new IllegalArgumentException("no request of this API: " + request.getRequestCase());
        }
    }

    private static void check(io.stoa.protocol.livekit.StartEgressRequest request) throws RpcException {
        switch (request.getSourceCase()) {
            case SOURCE_NOT_SET -> throw missing("source");
            case WEB -> required(request.getWeb().getUrl(), "url");
            case TEMPLATE, MEDIA -> { /* a room is enough */ }
        }
        some(request.getOutputsCount() > 0);
    }

    private static void check(RoomCompositeEgressRequest request) throws RpcException {
        some(request.hasFile() || request.hasStream() || request.hasSegments()
                || request.getFileOutputsCount() + request.getStreamOutputsCount() + request.getSegmentOutputsCount() + request.getImageOutputsCount() > 0);
    }

    private static void check(WebEgressRequest request) throws RpcException {
        required(request.getUrl(), "url");
        some(request.hasFile() || request.hasStream() || request.hasSegments()
                || request.getFileOutputsCount() + request.getStreamOutputsCount() + request.getSegmentOutputsCount() + request.getImageOutputsCount() > 0);
    }

    private static void check(ParticipantEgressRequest request) throws RpcException {
        required(request.getIdentity(), "identity");
        some(request.getFileOutputsCount() + request.getStreamOutputsCount() + request.getSegmentOutputsCount() + request.getImageOutputsCount() > 0);
    }

    private static void check(TrackCompositeEgressRequest request) throws RpcException {
        if (request.getAudioTrackId().isEmpty() && request.getVideoTrackId().isEmpty()) throw missing("audio_track_id or video_track_id");
        some(request.hasFile() || request.hasStream() || request.hasSegments()
                || request.getFileOutputsCount() + request.getStreamOutputsCount() + request.getSegmentOutputsCount() + request.getImageOutputsCount() > 0);
    }

    private static void check(TrackEgressRequest request) throws RpcException {
        required(request.getTrackId(), "track_id");
        some(request.hasFile() || !request.getWebsocketUrl().isEmpty());
    }

    private static void some(boolean outputs) throws RpcException {
        if (!outputs) throw missing("output");
    }

    private static String required(String value, String field) throws RpcException {
        if (value.isEmpty()) throw missing(field);
        return value;
    }

    private static RpcException missing(String field) {
        return invalidArgument("request has missing or invalid field: " + field);
    }
}
