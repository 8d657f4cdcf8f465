package io.stoa.service.sip;

import com.google.protobuf.Message;
import io.stoa.base.Ids;
import io.stoa.protocol.livekit.CreateSIPDispatchRuleRequest;
import io.stoa.protocol.livekit.CreateSIPInboundTrunkRequest;
import io.stoa.protocol.livekit.CreateSIPOutboundTrunkRequest;
import io.stoa.protocol.livekit.CreateSIPParticipantRequest;
import io.stoa.protocol.livekit.DeleteSIPDispatchRuleRequest;
import io.stoa.protocol.livekit.DeleteSIPTrunkRequest;
import io.stoa.protocol.livekit.GetSIPInboundTrunkRequest;
import io.stoa.protocol.livekit.GetSIPOutboundTrunkRequest;
import io.stoa.protocol.livekit.ListSIPDispatchRuleRequest;
import io.stoa.protocol.livekit.ListSIPInboundTrunkRequest;
import io.stoa.protocol.livekit.ListSIPOutboundTrunkRequest;
import io.stoa.protocol.livekit.ListSIPTrunkRequest;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.RoomParticipantIdentity;
import io.stoa.protocol.livekit.TransferSIPParticipantRequest;
import io.stoa.protocol.livekit.UpdateSIPDispatchRuleRequest;
import io.stoa.protocol.livekit.UpdateSIPInboundTrunkRequest;
import io.stoa.protocol.livekit.UpdateSIPOutboundTrunkRequest;
import io.stoa.rpc.Caller;
import io.stoa.rpc.RpcBus;
import io.stoa.rpc.RpcEndpoint;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcService;
import io.stoa.store.SipStore;
import io.stoa.store.StoreException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** The methods of {@code livekit.SIP} (spec 3.4). */
@Component(service = RpcEndpoint.class, property = RpcEndpoint.SERVICE + "=" + SipService.NAME)
public final class SipService extends RpcService {
    static final String NAME = "livekit.SIP";
    static final String NO_STORE = "no store is in charge of SIP trunks and rules: ops.store says why in the log";

    /** What may be done with trunks and rules. */
    private interface Administration<Q extends Message> {
        Message run(Q request) throws RpcException, StoreException;
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile SipStore store;

    @Reference(target = "(" + RpcEndpoint.SERVICE + "=livekit.RoomService)", cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile RpcEndpoint rooms;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile RpcBus bus;

    @Activate
    public SipService() {
        this(new SecureRandom(), InstantSource.system());
    }

    SipService(RandomGenerator random, InstantSource clock) {
        super(NAME);
        Ids ids = new Ids(random);
        Trunks trunks = new Trunks(this::store, ids, clock);
        administration("ListSIPTrunk", ListSIPTrunkRequest.getDefaultInstance(), trunks::list);
        administration("CreateSIPInboundTrunk", CreateSIPInboundTrunkRequest.getDefaultInstance(), trunks::create);
        administration("CreateSIPOutboundTrunk", CreateSIPOutboundTrunkRequest.getDefaultInstance(), trunks::create);
        administration("UpdateSIPInboundTrunk", UpdateSIPInboundTrunkRequest.getDefaultInstance(), trunks::update);
        administration("UpdateSIPOutboundTrunk", UpdateSIPOutboundTrunkRequest.getDefaultInstance(), trunks::update);
        administration("GetSIPInboundTrunk", GetSIPInboundTrunkRequest.getDefaultInstance(), trunks::get);
        administration("GetSIPOutboundTrunk", GetSIPOutboundTrunkRequest.getDefaultInstance(), trunks::get);
        administration("ListSIPInboundTrunk", ListSIPInboundTrunkRequest.getDefaultInstance(), trunks::list);
        administration("ListSIPOutboundTrunk", ListSIPOutboundTrunkRequest.getDefaultInstance(), trunks::list);
        administration("DeleteSIPTrunk", DeleteSIPTrunkRequest.getDefaultInstance(), trunks::delete);
        DispatchRules rules = new DispatchRules(this::store, ids, clock);
        administration("CreateSIPDispatchRule", CreateSIPDispatchRuleRequest.getDefaultInstance(), rules::create);
        administration("UpdateSIPDispatchRule", UpdateSIPDispatchRuleRequest.getDefaultInstance(), rules::update);
        administration("ListSIPDispatchRule", ListSIPDispatchRuleRequest.getDefaultInstance(), rules::list);
        administration("DeleteSIPDispatchRule", DeleteSIPDispatchRuleRequest.getDefaultInstance(), rules::delete);
        Calls calls = new Calls(trunks, new OutgoingCalls(ids, random), this::participant, this::bus);
        add("CreateSIPParticipant", CreateSIPParticipantRequest.getDefaultInstance(), (request, caller) -> {
            caller.requireSipCall();
            return calls.create(request, caller);
        });
        add("TransferSIPParticipant", TransferSIPParticipantRequest.getDefaultInstance(), (request, caller) -> {
            caller.requireSipCall();
            caller.requireRoomAdmin(request.getRoomName());
            return calls.transfer(request, caller);
        });
    }

    private <Q extends Message> void administration(String method, Q prototype, Administration<Q> administration) {
        add(method, prototype, (request, caller) -> {
            caller.requireSipAdmin();
            return administration.run(request);
        });
    }

    private RpcBus bus() throws RpcException {
        return RpcException.present(bus, "no way to SIP workers: bundle rpc is not active");
    }

    private SipStore store() throws RpcException {
        return RpcException.present(store, NO_STORE);
    }

    private ParticipantInfo participant(RoomParticipantIdentity who, Caller caller) throws RpcException {
        return (ParticipantInfo) RpcException.present(rooms, "no room service: bundle service.room is not active").call("GetParticipant", who, caller);
    }
}
