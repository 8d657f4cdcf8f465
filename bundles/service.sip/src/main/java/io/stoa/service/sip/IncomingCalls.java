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
import io.stoa.protocol.rpc.SIPCall;
import io.stoa.protocol.rpc.SIPDispatchResult;
import io.stoa.rpc.Answering;
import io.stoa.rpc.RpcBus;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcMethods;
import io.stoa.store.SipStore;
import io.stoa.store.StoreException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** What SIP workers ask when somebody calls (spec 7.7): the SIP part of {@code IOInfo}. */
@Component(service = {}, immediate = true)
public final class IncomingCalls {
    private final Ids ids;
    private final Answering answering;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile SipStore store;

    @Activate
    public IncomingCalls(@Reference RpcBus bus) {
        this(bus, new SecureRandom());
    }

    IncomingCalls(RpcBus bus, RandomGenerator random) {
        ids = new Ids(random);
        answering = new Answering(bus)
                .to(RpcMethods.GET_SIP_TRUNK_AUTHENTICATION, this::authentication)
                .to(RpcMethods.EVALUATE_SIP_DISPATCH_RULES, this::evaluate)
                // what workers tell beside is not needed here
                .to(RpcMethods.UPDATE_SIP_CALL_STATE, state -> Empty.getDefaultInstance())
                .to(RpcMethods.RECORD_CALL_CONTEXT, context -> Empty.getDefaultInstance());
    }

    @Deactivate
    void stop() {
        answering.close();
    }

    private SipStore store() throws RpcException {
        return RpcException.present(store, SipService.NO_STORE);
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
        var rule = Matching.rule(store().dispatchRules(), trunk, request, call);
        if (rule.isPresent()) return new Verdict(trunk, rule.get(), request, call, ids).answer();
        return EvaluateSIPDispatchRulesResponse.newBuilder()
                .setSipTrunkId(trunk.map(SIPInboundTrunkInfo::getSipTrunkId).orElse(""))
                .setResult(SIPDispatchResult.DROP)
                .build();
    }

    /** @param known by an answer before; empty if there was none */
    private Optional<SIPInboundTrunkInfo> trunk(String known, SIPCall call) throws RpcException, StoreException {
        if (!known.isEmpty()) {
            Optional<SIPInboundTrunkInfo> one = store().inboundTrunk(known);
            if (one.isPresent()) one = Matching.trunk(List.of(one.get()), call);
            if (one.isPresent()) return one;
        }
        return Matching.trunk(store().inboundTrunks(), call);
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
