package io.stoa.service.sip;

import static io.stoa.rpc.RpcException.invalidArgument;

import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.stoa.base.Ids;
import io.stoa.protocol.livekit.CreateSIPInboundTrunkRequest;
import io.stoa.protocol.livekit.CreateSIPOutboundTrunkRequest;
import io.stoa.protocol.livekit.DeleteSIPTrunkRequest;
import io.stoa.protocol.livekit.GetSIPInboundTrunkRequest;
import io.stoa.protocol.livekit.GetSIPInboundTrunkResponse;
import io.stoa.protocol.livekit.GetSIPOutboundTrunkRequest;
import io.stoa.protocol.livekit.GetSIPOutboundTrunkResponse;
import io.stoa.protocol.livekit.ListSIPInboundTrunkRequest;
import io.stoa.protocol.livekit.ListSIPInboundTrunkResponse;
import io.stoa.protocol.livekit.ListSIPOutboundTrunkRequest;
import io.stoa.protocol.livekit.ListSIPOutboundTrunkResponse;
import io.stoa.protocol.livekit.ListSIPTrunkRequest;
import io.stoa.protocol.livekit.ListSIPTrunkResponse;
import io.stoa.protocol.livekit.SIPInboundTrunkInfo;
import io.stoa.protocol.livekit.SIPOutboundTrunkInfo;
import io.stoa.protocol.livekit.SIPTrunkInfo;
import io.stoa.protocol.livekit.UpdateSIPInboundTrunkRequest;
import io.stoa.protocol.livekit.UpdateSIPOutboundTrunkRequest;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import io.stoa.store.StoreException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** The methods that are about trunks; who may call them is asked before. */
final class Trunks {
    private final Stored store;
    private final Ids ids;
    private final InstantSource clock;

    Trunks(Stored store, Ids ids, InstantSource clock) {
        this.store = store;
        this.ids = ids;
        this.clock = clock;
    }

    private Timestamp now() {
        return Timestamps.fromMillis(clock.millis());
    }

    // -- inbound

    /** One at a time, here and in updates: what was checked for conflicts is what is stored. */
    synchronized Message create(CreateSIPInboundTrunkRequest request) throws RpcException, StoreException {
        if (!request.hasTrunk()) throw invalidArgument("missing trunk");
        SIPInboundTrunkInfo trunk = request.getTrunk();
        if (!trunk.getSipTrunkId().isEmpty()) throw invalidArgument("trunk id must not be set");
        TrunkChecks.check(trunk);
        checkConflicts(trunk);
        Timestamp now = now();
        SIPInboundTrunkInfo created = trunk.toBuilder().setSipTrunkId(ids.next(Ids.SIP_TRUNK)).setCreatedAt(now).setUpdatedAt(now).build();
        store.now().putInboundTrunk(created);
        return created;
    }

    private void checkConflicts(SIPInboundTrunkInfo trunk) throws RpcException, StoreException {
        List<SIPInboundTrunkInfo> all = new ArrayList<>(store.now().inboundTrunks());
        all.removeIf(other -> other.getSipTrunkId().equals(trunk.getSipTrunkId()));
        all.add(trunk);
        Conflicts.checkTrunks(all);
    }

    synchronized Message update(UpdateSIPInboundTrunkRequest request) throws RpcException, StoreException {
        String id = checkedId(request.getSipTrunkId());
        SIPInboundTrunkInfo.Builder builder = switch (request.getActionCase()) {
            case REPLACE -> {
                checkReplacement(id, request.getReplace().getSipTrunkId());
                TrunkChecks.check(request.getReplace());
                SIPInboundTrunkInfo before = inbound(id);
                SIPInboundTrunkInfo.Builder replacement = request.getReplace().toBuilder().setSipTrunkId(id).clearCreatedAt();
                yield before.hasCreatedAt() ? replacement.setCreatedAt(before.getCreatedAt()) : replacement;
            }
            case UPDATE -> TrunkUpdates.apply(request.getUpdate(), inbound(id)).toBuilder();
            case ACTION_NOT_SET -> throw invalidArgument("missing or unsupported update action");
        };
        SIPInboundTrunkInfo changed = builder.setUpdatedAt(now()).build();
        TrunkChecks.check(changed);
        checkConflicts(changed);
        store.now().putInboundTrunk(changed);
        return changed;
    }

    private SIPInboundTrunkInfo inbound(String id) throws RpcException, StoreException {
        return store.now().inboundTrunk(id).orElseThrow(Trunks::unknown);
    }

    Message get(GetSIPInboundTrunkRequest request) throws RpcException, StoreException {
        return GetSIPInboundTrunkResponse.newBuilder().setTrunk(inbound(requiredId(request.getSipTrunkId()))).build();
    }

    Message list(ListSIPInboundTrunkRequest request) throws RpcException, StoreException {
        List<SIPInboundTrunkInfo> shown = Page.of(store.now().inboundTrunks(),
                trunk -> listed(request.getTrunkIdsList(), trunk.getSipTrunkId())
                        && (request.getNumbersCount() == 0 || trunk.getNumbersCount() == 0
                                || trunk.getNumbersList().stream().anyMatch(number -> Numbers.contains(request.getNumbersList(), number))),
                SIPInboundTrunkInfo::getSipTrunkId, request.getPage());
        return ListSIPInboundTrunkResponse.newBuilder().addAllItems(shown).build();
    }

    // -- outbound

    Message create(CreateSIPOutboundTrunkRequest request) throws RpcException, StoreException {
        if (!request.hasTrunk()) throw invalidArgument("missing trunk");
        if (!request.getTrunk().getSipTrunkId().isEmpty()) throw invalidArgument("trunk id must not be set");
        TrunkChecks.check(request.getTrunk());
        Timestamp now = now();
        SIPOutboundTrunkInfo created = request.getTrunk().toBuilder().setSipTrunkId(ids.next(Ids.SIP_TRUNK)).setCreatedAt(now).setUpdatedAt(now).build();
        store.now().putOutboundTrunk(created);
        return created;
    }

    synchronized Message update(UpdateSIPOutboundTrunkRequest request) throws RpcException, StoreException {
        String id = checkedId(request.getSipTrunkId());
        SIPOutboundTrunkInfo.Builder builder = switch (request.getActionCase()) {
            case REPLACE -> {
                checkReplacement(id, request.getReplace().getSipTrunkId());
                TrunkChecks.check(request.getReplace());
                SIPOutboundTrunkInfo before = outbound(id);
                SIPOutboundTrunkInfo.Builder replacement = request.getReplace().toBuilder().setSipTrunkId(id).clearCreatedAt();
                yield before.hasCreatedAt() ? replacement.setCreatedAt(before.getCreatedAt()) : replacement;
            }
            case UPDATE -> TrunkUpdates.apply(request.getUpdate(), outbound(id)).toBuilder();
            case ACTION_NOT_SET -> throw invalidArgument("missing or unsupported update action");
        };
        SIPOutboundTrunkInfo changed = builder.setUpdatedAt(now()).build();
        TrunkChecks.check(changed);
        store.now().putOutboundTrunk(changed);
        return changed;
    }

    SIPOutboundTrunkInfo outbound(String id) throws RpcException, StoreException {
        return store.now().outboundTrunk(id).orElseThrow(Trunks::unknown);
    }

    Message get(GetSIPOutboundTrunkRequest request) throws RpcException, StoreException {
        return GetSIPOutboundTrunkResponse.newBuilder().setTrunk(outbound(requiredId(request.getSipTrunkId()))).build();
    }

    Message list(ListSIPOutboundTrunkRequest request) throws RpcException, StoreException {
        List<SIPOutboundTrunkInfo> shown = Page.of(store.now().outboundTrunks(),
                trunk -> listed(request.getTrunkIdsList(), trunk.getSipTrunkId())
                        && (request.getNumbersCount() == 0 || trunk.getNumbersCount() == 0
                                || trunk.getNumbersList().stream().anyMatch(number -> Numbers.contains(request.getNumbersList(), number))),
                SIPOutboundTrunkInfo::getSipTrunkId, request.getPage());
        return ListSIPOutboundTrunkResponse.newBuilder().addAllItems(shown).build();
    }

    // -- both

    /** All kinds, as they were shown before there were two. */
    Message list(ListSIPTrunkRequest request) throws RpcException, StoreException {
        return ListSIPTrunkResponse.newBuilder()
                .addAllItems(Page.of(store.now().trunks(), trunk -> true, SIPTrunkInfo::getSipTrunkId, request.getPage()))
                .build();
    }

    /** One that is not there is as good as deleted. */
    Message delete(DeleteSIPTrunkRequest request) throws RpcException, StoreException {
        store.now().deleteTrunk(requiredId(request.getSipTrunkId()));
        return SIPTrunkInfo.newBuilder().setSipTrunkId(request.getSipTrunkId()).build();
    }

    private static boolean listed(List<String> ids, String id) {
        return ids.isEmpty() || ids.contains(id);
    }

    private static String requiredId(String id) throws RpcException {
        if (id.isEmpty()) throw invalidArgument("trunk ID is required");
        return id;
    }

    private static String checkedId(String id) throws RpcException {
        if (id.isEmpty()) throw invalidArgument("trunk id must be set");
        return id;
    }

    private static void checkReplacement(String id, String other) throws RpcException {
        if (!other.isEmpty() && !other.equals(id)) throw invalidArgument("trunk id in the info must be empty or match the id in the update");
    }

    private static RpcException unknown() {
        return new RpcException(RpcCode.NOT_FOUND, "requested sip trunk does not exist");
    }
}
