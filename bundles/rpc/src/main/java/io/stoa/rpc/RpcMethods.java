package io.stoa.rpc;

import com.google.protobuf.Empty;
import io.stoa.protocol.livekit.AgentDispatch;
import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.protocol.livekit.DeleteAgentDispatchRequest;
import io.stoa.protocol.livekit.DeleteIngressRequest;
import io.stoa.protocol.livekit.DeleteRoomRequest;
import io.stoa.protocol.livekit.DeleteRoomResponse;
import io.stoa.protocol.livekit.EgressInfo;
import io.stoa.protocol.livekit.ForwardParticipantRequest;
import io.stoa.protocol.livekit.ForwardParticipantResponse;
import io.stoa.protocol.livekit.IngressInfo;
import io.stoa.protocol.livekit.IngressState;
import io.stoa.protocol.livekit.Job;
import io.stoa.protocol.livekit.ListAgentDispatchRequest;
import io.stoa.protocol.livekit.ListAgentDispatchResponse;
import io.stoa.protocol.livekit.ListEgressRequest;
import io.stoa.protocol.livekit.ListEgressResponse;
import io.stoa.protocol.livekit.ListParticipantsRequest;
import io.stoa.protocol.livekit.ListParticipantsResponse;
import io.stoa.protocol.livekit.MoveParticipantRequest;
import io.stoa.protocol.livekit.MoveParticipantResponse;
import io.stoa.protocol.livekit.MuteRoomTrackRequest;
import io.stoa.protocol.livekit.MuteRoomTrackResponse;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.PerformRpcRequest;
import io.stoa.protocol.livekit.PerformRpcResponse;
import io.stoa.protocol.livekit.RemoveParticipantResponse;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomParticipantIdentity;
import io.stoa.protocol.livekit.SendDataRequest;
import io.stoa.protocol.livekit.SendDataResponse;
import io.stoa.protocol.livekit.StopEgressRequest;
import io.stoa.protocol.livekit.UpdateIngressRequest;
import io.stoa.protocol.livekit.UpdateParticipantRequest;
import io.stoa.protocol.livekit.UpdateRoomMetadataRequest;
import io.stoa.protocol.livekit.UpdateStreamRequest;
import io.stoa.protocol.livekit.UpdateSubscriptionsRequest;
import io.stoa.protocol.livekit.UpdateSubscriptionsResponse;
import io.stoa.protocol.rpc.CheckEnabledRequest;
import io.stoa.protocol.rpc.CheckEnabledResponse;
import io.stoa.protocol.rpc.CreateIngressResponse;
import io.stoa.protocol.rpc.DeleteWHIPResourceRequest;
import io.stoa.protocol.rpc.EvaluateSIPDispatchRulesRequest;
import io.stoa.protocol.rpc.EvaluateSIPDispatchRulesResponse;
import io.stoa.protocol.rpc.GetEgressRequest;
import io.stoa.protocol.rpc.GetIngressInfoRequest;
import io.stoa.protocol.rpc.GetIngressInfoResponse;
import io.stoa.protocol.rpc.GetSIPTrunkAuthenticationRequest;
import io.stoa.protocol.rpc.GetSIPTrunkAuthenticationResponse;
import io.stoa.protocol.rpc.ICERestartWHIPResourceRequest;
import io.stoa.protocol.rpc.ICERestartWHIPResourceResponse;
import io.stoa.protocol.rpc.InternalCreateSIPParticipantRequest;
import io.stoa.protocol.rpc.InternalCreateSIPParticipantResponse;
import io.stoa.protocol.rpc.InternalTransferSIPParticipantRequest;
import io.stoa.protocol.rpc.InternalTransferSIPParticipantResponse;
import io.stoa.protocol.rpc.JobRequestResponse;
import io.stoa.protocol.rpc.JobTerminateRequest;
import io.stoa.protocol.rpc.JobTerminateResponse;
import io.stoa.protocol.rpc.KeepalivePing;
import io.stoa.protocol.rpc.ListActiveEgressRequest;
import io.stoa.protocol.rpc.ListActiveEgressResponse;
import io.stoa.protocol.rpc.ListActiveIngressRequest;
import io.stoa.protocol.rpc.ListActiveIngressResponse;
import io.stoa.protocol.rpc.RecordCallContextRequest;
import io.stoa.protocol.rpc.RelaySignalRequest;
import io.stoa.protocol.rpc.RelaySignalResponse;
import io.stoa.protocol.rpc.StartEgressRequest;
import io.stoa.protocol.rpc.StartIngressRequest;
import io.stoa.protocol.rpc.UpdateIngressStateRequest;
import io.stoa.protocol.rpc.UpdateMetricsRequest;
import io.stoa.protocol.rpc.UpdateSIPCallStateRequest;
import io.stoa.protocol.rpc.WHIPCreateRequest;
import io.stoa.protocol.rpc.WHIPCreateResponse;
import io.stoa.protocol.rpc.WHIPParticipantDeleteSessionRequest;
import io.stoa.protocol.rpc.WHIPParticipantICERestartRequest;
import io.stoa.protocol.rpc.WHIPParticipantICERestartResponse;
import io.stoa.protocol.rpc.WHIPParticipantICETrickleRequest;
import io.stoa.protocol.rpc.WHIPRTCConnectionNotifyRequest;
import io.stoa.rpc.RpcMethod.Kind;
import java.time.Duration;

/** The methods of LiveKit's nodes and workers (spec 7.5). Services are in groups, each with what its topic is. */
public final class RpcMethods {
    private RpcMethods() {}

    /** The topic of a participant. Not the same for all pairs of room and identity that are different, but that is how it is. */
    public static String participant(String room, String identity) {
        return room + "_" + identity;
    }

    // RoomManager; topic: the id of the node
    public static final RpcMethod<CreateRoomRequest, Room> CREATE_ROOM =
            new RpcMethod<>("RoomManager", "CreateRoom", CreateRoomRequest.getDefaultInstance(), Room.getDefaultInstance(), Kind.CLAIM);

    // Signal; topic: the id of the node
    public static final RpcMethod<RelaySignalRequest, RelaySignalResponse> RELAY_SIGNAL =
            new RpcMethod<>("Signal", "RelaySignal", RelaySignalRequest.getDefaultInstance(), RelaySignalResponse.getDefaultInstance(), Kind.STREAM);

    // Keepalive; topic: the id of the node
    public static final RpcMethod<KeepalivePing, KeepalivePing> KEEPALIVE_PING =
            new RpcMethod<>("Keepalive", "Ping", KeepalivePing.getDefaultInstance(), KeepalivePing.getDefaultInstance(), Kind.EVENT);

    // Room; topic: the name of the room
    public static final RpcMethod<DeleteRoomRequest, DeleteRoomResponse> DELETE_ROOM =
            new RpcMethod<>("Room", "DeleteRoom", DeleteRoomRequest.getDefaultInstance(), DeleteRoomResponse.getDefaultInstance(), Kind.CLAIM);
    public static final RpcMethod<SendDataRequest, SendDataResponse> SEND_DATA =
            new RpcMethod<>("Room", "SendData", SendDataRequest.getDefaultInstance(), SendDataResponse.getDefaultInstance(), Kind.CLAIM);
    public static final RpcMethod<UpdateRoomMetadataRequest, Room> UPDATE_ROOM_METADATA =
            new RpcMethod<>("Room", "UpdateRoomMetadata", UpdateRoomMetadataRequest.getDefaultInstance(), Room.getDefaultInstance(), Kind.CLAIM);
    public static final RpcMethod<ListParticipantsRequest, ListParticipantsResponse> LIST_PARTICIPANTS =
            new RpcMethod<>("Room", "ListParticipants",
                    ListParticipantsRequest.getDefaultInstance(), ListParticipantsResponse.getDefaultInstance(), Kind.CLAIM);
    public static final RpcMethod<RoomParticipantIdentity, ParticipantInfo> GET_PARTICIPANT =
            new RpcMethod<>("Room", "GetParticipant", RoomParticipantIdentity.getDefaultInstance(), ParticipantInfo.getDefaultInstance(), Kind.CLAIM);

    // Participant; topic: {@link #participant}
    public static final RpcMethod<RoomParticipantIdentity, RemoveParticipantResponse> REMOVE_PARTICIPANT =
            new RpcMethod<>("Participant", "RemoveParticipant",
                    RoomParticipantIdentity.getDefaultInstance(), RemoveParticipantResponse.getDefaultInstance(), Kind.CLAIM);
    public static final RpcMethod<MuteRoomTrackRequest, MuteRoomTrackResponse> MUTE_PUBLISHED_TRACK =
            new RpcMethod<>("Participant", "MutePublishedTrack",
                    MuteRoomTrackRequest.getDefaultInstance(), MuteRoomTrackResponse.getDefaultInstance(), Kind.CLAIM);
    public static final RpcMethod<UpdateParticipantRequest, ParticipantInfo> UPDATE_PARTICIPANT =
            new RpcMethod<>("Participant", "UpdateParticipant",
                    UpdateParticipantRequest.getDefaultInstance(), ParticipantInfo.getDefaultInstance(), Kind.CLAIM);
    public static final RpcMethod<UpdateSubscriptionsRequest, UpdateSubscriptionsResponse> UPDATE_SUBSCRIPTIONS =
            new RpcMethod<>("Participant", "UpdateSubscriptions",
                    UpdateSubscriptionsRequest.getDefaultInstance(), UpdateSubscriptionsResponse.getDefaultInstance(), Kind.CLAIM);
    public static final RpcMethod<ForwardParticipantRequest, ForwardParticipantResponse> FORWARD_PARTICIPANT =
            new RpcMethod<>("Participant", "ForwardParticipant",
                    ForwardParticipantRequest.getDefaultInstance(), ForwardParticipantResponse.getDefaultInstance(), Kind.CLAIM);
    public static final RpcMethod<MoveParticipantRequest, MoveParticipantResponse> MOVE_PARTICIPANT =
            new RpcMethod<>("Participant", "MoveParticipant",
                    MoveParticipantRequest.getDefaultInstance(), MoveParticipantResponse.getDefaultInstance(), Kind.CLAIM);
    public static final RpcMethod<PerformRpcRequest, PerformRpcResponse> PERFORM_RPC =
            new RpcMethod<>("Participant", "PerformRpc", PerformRpcRequest.getDefaultInstance(), PerformRpcResponse.getDefaultInstance(), Kind.CLAIM);

    // AgentDispatchInternal; topic: the name of the room
    public static final RpcMethod<AgentDispatch, AgentDispatch> CREATE_DISPATCH =
            new RpcMethod<>("AgentDispatchInternal", "CreateDispatch", AgentDispatch.getDefaultInstance(), AgentDispatch.getDefaultInstance(), Kind.CLAIM);
    public static final RpcMethod<DeleteAgentDispatchRequest, AgentDispatch> DELETE_DISPATCH =
            new RpcMethod<>("AgentDispatchInternal", "DeleteDispatch",
                    DeleteAgentDispatchRequest.getDefaultInstance(), AgentDispatch.getDefaultInstance(), Kind.CLAIM);
    public static final RpcMethod<ListAgentDispatchRequest, ListAgentDispatchResponse> LIST_DISPATCH =
            new RpcMethod<>("AgentDispatchInternal", "ListDispatch",
                    ListAgentDispatchRequest.getDefaultInstance(), ListAgentDispatchResponse.getDefaultInstance(), Kind.CLAIM);

    // AgentInternal; topic: see spec 7.5
    public static final RpcMethod<CheckEnabledRequest, CheckEnabledResponse> CHECK_ENABLED =
            new RpcMethod<>("AgentInternal", "CheckEnabled",
                    CheckEnabledRequest.getDefaultInstance(), CheckEnabledResponse.getDefaultInstance(), Kind.MULTI);
    public static final RpcMethod<Job, JobRequestResponse> JOB_REQUEST =
            new RpcMethod<>("AgentInternal", "JobRequest", Job.getDefaultInstance(), JobRequestResponse.getDefaultInstance(), Kind.AFFINITY);
    public static final RpcMethod<JobTerminateRequest, JobTerminateResponse> JOB_TERMINATE =
            new RpcMethod<>("AgentInternal", "JobTerminate",
                    JobTerminateRequest.getDefaultInstance(), JobTerminateResponse.getDefaultInstance(), Kind.CLAIM);
    public static final RpcMethod<Empty, Empty> WORKER_REGISTERED =
            new RpcMethod<>("AgentInternal", "WorkerRegistered", Empty.getDefaultInstance(), Empty.getDefaultInstance(), Kind.EVENT);

    // WHIP; topic: the id of the node
    public static final RpcMethod<WHIPCreateRequest, WHIPCreateResponse> WHIP_CREATE =
            new RpcMethod<>("WHIP", "Create", WHIPCreateRequest.getDefaultInstance(), WHIPCreateResponse.getDefaultInstance(), Kind.CLAIM);

    // WHIPParticipant; topic: {@link #participant}
    public static final RpcMethod<WHIPParticipantICETrickleRequest, Empty> WHIP_ICE_TRICKLE =
            new RpcMethod<>("WHIPParticipant", "ICETrickle",
                    WHIPParticipantICETrickleRequest.getDefaultInstance(), Empty.getDefaultInstance(), Kind.CLAIM);
    public static final RpcMethod<WHIPParticipantICERestartRequest, WHIPParticipantICERestartResponse> WHIP_ICE_RESTART =
            new RpcMethod<>("WHIPParticipant", "ICERestart",
                    WHIPParticipantICERestartRequest.getDefaultInstance(), WHIPParticipantICERestartResponse.getDefaultInstance(), Kind.CLAIM);
    public static final RpcMethod<WHIPParticipantDeleteSessionRequest, Empty> WHIP_DELETE_SESSION =
            new RpcMethod<>("WHIPParticipant", "DeleteSession",
                    WHIPParticipantDeleteSessionRequest.getDefaultInstance(), Empty.getDefaultInstance(), Kind.CLAIM);

    // IOInfo; topic: none
    public static final RpcMethod<EgressInfo, Empty> CREATE_EGRESS =
            new RpcMethod<>("IOInfo", "CreateEgress", EgressInfo.getDefaultInstance(), Empty.getDefaultInstance(), Kind.CLAIM);
    public static final RpcMethod<EgressInfo, Empty> UPDATE_EGRESS =
            new RpcMethod<>("IOInfo", "UpdateEgress", EgressInfo.getDefaultInstance(), Empty.getDefaultInstance(), Kind.CLAIM);
    public static final RpcMethod<GetEgressRequest, EgressInfo> GET_EGRESS =
            new RpcMethod<>("IOInfo", "GetEgress", GetEgressRequest.getDefaultInstance(), EgressInfo.getDefaultInstance(), Kind.CLAIM);
    public static final RpcMethod<ListEgressRequest, ListEgressResponse> LIST_EGRESS =
            new RpcMethod<>("IOInfo", "ListEgress", ListEgressRequest.getDefaultInstance(), ListEgressResponse.getDefaultInstance(), Kind.CLAIM);
    public static final RpcMethod<UpdateMetricsRequest, Empty> UPDATE_METRICS =
            new RpcMethod<>("IOInfo", "UpdateMetrics", UpdateMetricsRequest.getDefaultInstance(), Empty.getDefaultInstance(), Kind.CLAIM);
    public static final RpcMethod<IngressInfo, CreateIngressResponse> CREATE_INGRESS =
            new RpcMethod<>("IOInfo", "CreateIngress", IngressInfo.getDefaultInstance(), CreateIngressResponse.getDefaultInstance(), Kind.CLAIM);
    public static final RpcMethod<GetIngressInfoRequest, GetIngressInfoResponse> GET_INGRESS_INFO =
            new RpcMethod<>("IOInfo", "GetIngressInfo",
                    GetIngressInfoRequest.getDefaultInstance(), GetIngressInfoResponse.getDefaultInstance(), Kind.CLAIM);
    public static final RpcMethod<UpdateIngressStateRequest, Empty> UPDATE_INGRESS_STATE =
            new RpcMethod<>("IOInfo", "UpdateIngressState", UpdateIngressStateRequest.getDefaultInstance(), Empty.getDefaultInstance(), Kind.CLAIM);
    public static final RpcMethod<GetSIPTrunkAuthenticationRequest, GetSIPTrunkAuthenticationResponse> GET_SIP_TRUNK_AUTHENTICATION =
            new RpcMethod<>("IOInfo", "GetSIPTrunkAuthentication",
                    GetSIPTrunkAuthenticationRequest.getDefaultInstance(), GetSIPTrunkAuthenticationResponse.getDefaultInstance(), Kind.CLAIM);
    public static final RpcMethod<EvaluateSIPDispatchRulesRequest, EvaluateSIPDispatchRulesResponse> EVALUATE_SIP_DISPATCH_RULES =
            new RpcMethod<>("IOInfo", "EvaluateSIPDispatchRules",
                    EvaluateSIPDispatchRulesRequest.getDefaultInstance(), EvaluateSIPDispatchRulesResponse.getDefaultInstance(), Kind.CLAIM);
    public static final RpcMethod<UpdateSIPCallStateRequest, Empty> UPDATE_SIP_CALL_STATE =
            new RpcMethod<>("IOInfo", "UpdateSIPCallState", UpdateSIPCallStateRequest.getDefaultInstance(), Empty.getDefaultInstance(), Kind.CLAIM);
    public static final RpcMethod<RecordCallContextRequest, Empty> RECORD_CALL_CONTEXT =
            new RpcMethod<>("IOInfo", "RecordCallContext", RecordCallContextRequest.getDefaultInstance(), Empty.getDefaultInstance(), Kind.CLAIM);

    // EgressInternal; topic: {@code ""}
    public static final RpcMethod<StartEgressRequest, EgressInfo> START_EGRESS =
            new RpcMethod<>("EgressInternal", "StartEgress",
                    StartEgressRequest.getDefaultInstance(), EgressInfo.getDefaultInstance(), Kind.AFFINITY, new Selection(Duration.ofSeconds(1), Duration.ofMillis(500), 1));
    public static final RpcMethod<ListActiveEgressRequest, ListActiveEgressResponse> LIST_ACTIVE_EGRESS =
            new RpcMethod<>("EgressInternal", "ListActiveEgress",
                    ListActiveEgressRequest.getDefaultInstance(), ListActiveEgressResponse.getDefaultInstance(), Kind.MULTI);

    // EgressHandler; topic: the id of the egress
    public static final RpcMethod<StopEgressRequest, EgressInfo> STOP_EGRESS =
            new RpcMethod<>("EgressHandler", "StopEgress", StopEgressRequest.getDefaultInstance(), EgressInfo.getDefaultInstance(), Kind.CLAIM);
    public static final RpcMethod<UpdateStreamRequest, EgressInfo> UPDATE_STREAM =
            new RpcMethod<>("EgressHandler", "UpdateStream", UpdateStreamRequest.getDefaultInstance(), EgressInfo.getDefaultInstance(), Kind.CLAIM);

    // IngressInternal; topic: none
    public static final RpcMethod<StartIngressRequest, IngressInfo> START_INGRESS =
            new RpcMethod<>("IngressInternal", "StartIngress", StartIngressRequest.getDefaultInstance(), IngressInfo.getDefaultInstance(), Kind.AFFINITY);
    public static final RpcMethod<ListActiveIngressRequest, ListActiveIngressResponse> LIST_ACTIVE_INGRESS =
            new RpcMethod<>("IngressInternal", "ListActiveIngress",
                    ListActiveIngressRequest.getDefaultInstance(), ListActiveIngressResponse.getDefaultInstance(), Kind.MULTI);

    // IngressHandler; topic: the id of the ingress, of the resource, or of the participant
    public static final RpcMethod<UpdateIngressRequest, IngressState> UPDATE_INGRESS =
            new RpcMethod<>("IngressHandler", "UpdateIngress", UpdateIngressRequest.getDefaultInstance(), IngressState.getDefaultInstance(), Kind.CLAIM);
    public static final RpcMethod<DeleteIngressRequest, IngressState> DELETE_INGRESS =
            new RpcMethod<>("IngressHandler", "DeleteIngress", DeleteIngressRequest.getDefaultInstance(), IngressState.getDefaultInstance(), Kind.CLAIM);
    public static final RpcMethod<DeleteWHIPResourceRequest, Empty> DELETE_WHIP_RESOURCE =
            new RpcMethod<>("IngressHandler", "DeleteWHIPResource",
                    DeleteWHIPResourceRequest.getDefaultInstance(), Empty.getDefaultInstance(), Kind.CLAIM);
    public static final RpcMethod<ICERestartWHIPResourceRequest, ICERestartWHIPResourceResponse> ICE_RESTART_WHIP_RESOURCE =
            new RpcMethod<>("IngressHandler", "ICERestartWHIPResource",
                    ICERestartWHIPResourceRequest.getDefaultInstance(), ICERestartWHIPResourceResponse.getDefaultInstance(), Kind.CLAIM);
    public static final RpcMethod<WHIPRTCConnectionNotifyRequest, Empty> WHIP_RTC_CONNECTION_NOTIFY =
            new RpcMethod<>("IngressHandler", "WHIPRTCConnectionNotify",
                    WHIPRTCConnectionNotifyRequest.getDefaultInstance(), Empty.getDefaultInstance(), Kind.SINGLE);

    // SIPInternal; topic: {@code ""} or the id of the call
    public static final RpcMethod<InternalCreateSIPParticipantRequest, InternalCreateSIPParticipantResponse> CREATE_SIP_PARTICIPANT =
            new RpcMethod<>("SIPInternal", "CreateSIPParticipant",
                    InternalCreateSIPParticipantRequest.getDefaultInstance(), InternalCreateSIPParticipantResponse.getDefaultInstance(), Kind.CLAIM);
    public static final RpcMethod<InternalTransferSIPParticipantRequest, InternalTransferSIPParticipantResponse> TRANSFER_SIP_PARTICIPANT =
            new RpcMethod<>("SIPInternal", "TransferSIPParticipant",
                    InternalTransferSIPParticipantRequest.getDefaultInstance(), InternalTransferSIPParticipantResponse.getDefaultInstance(), Kind.CLAIM);
}
