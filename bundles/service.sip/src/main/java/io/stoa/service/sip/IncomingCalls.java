package io.stoa.service.sip;

import static io.stoa.rpc.RpcException.invalidArgument;

import com.google.protobuf.Empty;
import io.stoa.base.Ids;
import io.stoa.protocol.livekit.ProviderInfo;
import io.stoa.protocol.livekit.ProviderType;
import io.stoa.protocol.livekit.SIPInboundTrunkInfo;
import io.stoa.protocol.livekit.SIPUri;
import io.stoa.protocol.rpc.EvaluateSIPDispatchRulesRequest;
import io.stoa.protocol.rpc.EvaluateSIPDispatchRulesResponse;
import io.stoa.protocol.rpc.GetSIPTrunkAuthenticationRequest;
import io.stoa.protocol.rpc.GetSIPTrunkAuthenticationResponse;
import io.stoa.protocol.rpc.RecordCallContextRequest;
import io.stoa.protocol.rpc.SIPCall;
import io.stoa.protocol.rpc.SIPDispatchResult;
import io.stoa.protocol.rpc.UpdateSIPCallStateRequest;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcService;
import io.stoa.store.StoreException;
import java.util.List;
import java.util.Optional;

/** What SIP workers ask when somebody calls (spec 7.7): the SIP part of {@code rpc.IOInfo}. */
final class IncomingCalls extends RpcService {
    private final Stored store;
    private final Ids ids;

    IncomingCalls(Stored store, Ids ids) {
        super("rpc.IOInfo");
        this.store = store;
        this.ids = ids;
        add("GetSIPTrunkAuthentication", GetSIPTrunkAuthenticationRequest.getDefaultInstance(), (request, worker) -> authentication(request));
        add("EvaluateSIPDispatchRules", EvaluateSIPDispatchRulesRequest.getDefaultInstance(), (request, worker) -> evaluate(request));
        // what workers tell beside is not needed here
        add("UpdateSIPCallState", UpdateSIPCallStateRequest.getDefaultInstance(), (request, worker) -> Empty.getDefaultInstance());
        add("RecordCallContext", RecordCallContextRequest.getDefaultInstance(), (request, worker) -> Empty.getDefaultInstance());
    }

    private GetSIPTrunkAuthenticationResponse authentication(GetSIPTrunkAuthenticationRequest request) throws RpcException, StoreException {
        return trunk("", checked(call(request))).map(IncomingCalls::prompt).orElse(GetSIPTrunkAuthenticationResponse.getDefaultInstance());
    }

    private static GetSIPTrunkAuthenticationResponse prompt(SIPInboundTrunkInfo trunk) {
        return GetSIPTrunkAuthenticationResponse.newBuilder()
                .setSipTrunkId(trunk.getSipTrunkId())
                .setUsername(trunk.getAuthUsername())
                .setPassword(trunk.getAuthPassword())
                .setRealm(trunk.getAuthRealm())
                .setProviderInfo(ProviderInfo.newBuilder().setId(trunk.getSipTrunkId()).setName(trunk.getName()).setType(ProviderType.PROVIDER_TYPE_EXTERNAL))
                .build();
    }

    private EvaluateSIPDispatchRulesResponse evaluate(EvaluateSIPDispatchRulesRequest request) throws RpcException, StoreException {
        SIPCall call = checked(call(request));
        Optional<SIPInboundTrunkInfo> trunk = trunk(request.getSipTrunkId(), call);
        var rule = Matching.rule(store.now().dispatchRules(), trunk, request, call);
        if (rule.isPresent()) return new Verdict(trunk, rule.get(), request, call, ids).answer();
        return EvaluateSIPDispatchRulesResponse.newBuilder()
                .setSipTrunkId(trunk.map(SIPInboundTrunkInfo::getSipTrunkId).orElse(""))
                .setResult(SIPDispatchResult.DROP)
                .build();
    }

    /** @param known by an answer before; empty if there was none */
    private Optional<SIPInboundTrunkInfo> trunk(String known, SIPCall call) throws RpcException, StoreException {
        if (!known.isEmpty()) {
            Optional<SIPInboundTrunkInfo> one = store.now().inboundTrunk(known);
            if (one.isPresent()) one = Matching.trunk(List.of(one.get()), call);
            if (one.isPresent()) return one;
        }
        return Matching.trunk(store.now().inboundTrunks(), call);
    }

    private static SIPCall checked(SIPCall call) throws RpcException {
        if (!call.getSourceIp().isEmpty() && SourceAddresses.ip(call.getSourceIp()).isEmpty())
            throw invalidArgument("cannot parse source IP \"" + call.getSourceIp() + '"');
        return call;
    }

    // -- from workers that do not say it in one message yet

    @SuppressWarnings("deprecation")
    private static SIPCall call(GetSIPTrunkAuthenticationRequest request) {
        if (request.hasCall()) return request.getCall();
        return call(request.getSipCallId(), request.getSrcAddress(), uri(request.getFrom(), request.getFromHost()), uri(request.getTo(), request.getToHost()));
    }

    @SuppressWarnings("deprecation")
    private static SIPCall call(EvaluateSIPDispatchRulesRequest request) {
        if (request.hasCall()) return request.getCall();
        return call(request.getSipCallId(), request.getSrcAddress(), uri(request.getCallingNumber(), request.getCallingHost()),
                uri(request.getCalledNumber(), request.getCalledHost()));
    }

    private static SIPCall call(String id, String source, SIPUri from, SIPUri to) {
        return SIPCall.newBuilder().setLkCallId(id).setSourceIp(withoutPort(source)).setFrom(from).setTo(to).setAddress(to).build();
    }

    private static SIPUri uri(String user, String host) {
        return SIPUri.newBuilder().setUser(user).setHost(host).build();
    }

    private static String withoutPort(String address) {
        if (address.startsWith("[")) return address.substring(1, Math.max(1, address.indexOf(']')));
        int colon = address.indexOf(':');
        return colon >= 0 && colon == address.lastIndexOf(':') ? address.substring(0, colon) : address;
    }
}
