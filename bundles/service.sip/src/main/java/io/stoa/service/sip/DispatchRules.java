package io.stoa.service.sip;

import static io.stoa.rpc.RpcException.invalidArgument;

import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.stoa.base.Ids;
import io.stoa.protocol.livekit.CreateSIPDispatchRuleRequest;
import io.stoa.protocol.livekit.DeleteSIPDispatchRuleRequest;
import io.stoa.protocol.livekit.ListSIPDispatchRuleRequest;
import io.stoa.protocol.livekit.ListSIPDispatchRuleResponse;
import io.stoa.protocol.livekit.SIPDispatchRuleInfo;
import io.stoa.protocol.livekit.UpdateSIPDispatchRuleRequest;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import io.stoa.store.StoreException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The methods that are about dispatch rules; who may call them is asked before. */
final class DispatchRules {
    private final Stored store;
    private final Ids ids;
    private final InstantSource clock;

    DispatchRules(Stored store, Ids ids, InstantSource clock) {
        this.store = store;
        this.ids = ids;
        this.clock = clock;
    }

    private Timestamp now() {
        return Timestamps.fromMillis(clock.millis());
    }

    /** One at a time, here and in updates: what was checked for conflicts is what is stored. */
    synchronized Message create(CreateSIPDispatchRuleRequest request) throws RpcException, StoreException {
        SIPDispatchRuleInfo rule = request.hasDispatchRule() ? Rules.upgraded(request.getDispatchRule()) : inPieces(request);
        if (!rule.getSipDispatchRuleId().isEmpty()) throw invalidArgument("rule id must not be set");
        Rules.check(rule);
        checkConflicts(rule);
        Timestamp now = now();
        SIPDispatchRuleInfo created = rule.toBuilder().setSipDispatchRuleId(ids.next(Ids.SIP_DISPATCH_RULE)).setCreatedAt(now).setUpdatedAt(now).build();
        store.now().putDispatchRule(created);
        return created;
    }

    /** As clients said it before there was a message for it. */
    @SuppressWarnings("deprecation")
    private static SIPDispatchRuleInfo inPieces(CreateSIPDispatchRuleRequest request) {
        SIPDispatchRuleInfo.Builder rule = SIPDispatchRuleInfo.newBuilder()
                .addAllTrunkIds(request.getTrunkIdsList())
                .addAllInboundNumbers(request.getInboundNumbersList())
                .setHidePhoneNumber(request.getHidePhoneNumber())
                .setName(request.getName())
                .setMetadata(request.getMetadata())
                .putAllAttributes(request.getAttributesMap())
                .setRoomPreset(request.getRoomPreset());
        if (request.hasRule()) rule.setRule(request.getRule());
        if (request.hasRoomConfig()) rule.setRoomConfig(request.getRoomConfig());
        return rule.build();
    }

    /** Rules of other trunks do not matter. */
    private void checkConflicts(SIPDispatchRuleInfo rule) throws RpcException, StoreException {
        List<SIPDispatchRuleInfo> near = new ArrayList<>();
        for (SIPDispatchRuleInfo other : store.now().dispatchRules())
            if (!other.getSipDispatchRuleId().equals(rule.getSipDispatchRuleId()) && meet(other.getTrunkIdsList(), rule.getTrunkIdsList())) near.add(other);
        near.add(rule);
        Conflicts.checkRules(near);
    }

    private static boolean meet(List<String> some, List<String> others) {
        return some.isEmpty() || others.isEmpty() || !Collections.disjoint(some, others);
    }

    synchronized Message update(UpdateSIPDispatchRuleRequest request) throws RpcException, StoreException {
        String id = request.getSipDispatchRuleId();
        if (id.isEmpty()) throw invalidArgument("rule id must be set");
        SIPDispatchRuleInfo.Builder builder = switch (request.getActionCase()) {
            case REPLACE -> {
                SIPDispatchRuleInfo replacement = request.getReplace();
                if (!replacement.getSipDispatchRuleId().isEmpty() && !replacement.getSipDispatchRuleId().equals(id))
                    throw invalidArgument("rule id in the info must be empty or match the id in the update");
                Rules.check(replacement);
                SIPDispatchRuleInfo before = rule(id);
                SIPDispatchRuleInfo.Builder next = replacement.toBuilder().setSipDispatchRuleId(id).clearCreatedAt();
                yield before.hasCreatedAt() ? next.setCreatedAt(before.getCreatedAt()) : next;
            }
            case UPDATE -> Rules.apply(request.getUpdate(), rule(id)).toBuilder();
            case ACTION_NOT_SET -> throw invalidArgument("missing or unsupported update action");
        };
        SIPDispatchRuleInfo changed = builder.setUpdatedAt(now()).build();
        Rules.check(changed);
        checkConflicts(changed);
        store.now().putDispatchRule(changed);
        return changed;
    }

    private SIPDispatchRuleInfo rule(String id) throws RpcException, StoreException {
        return store.now().dispatchRule(id).orElseThrow(() -> new RpcException(RpcCode.NOT_FOUND, "requested sip dispatch rule does not exist"));
    }

    Message list(ListSIPDispatchRuleRequest request) throws RpcException, StoreException {
        List<SIPDispatchRuleInfo> shown = Page.of(store.now().dispatchRules(),
                rule -> (request.getDispatchRuleIdsCount() == 0 || request.getDispatchRuleIdsList().contains(rule.getSipDispatchRuleId()))
                        && meet(rule.getTrunkIdsList(), request.getTrunkIdsList()),
                SIPDispatchRuleInfo::getSipDispatchRuleId, request.getPage());
        return ListSIPDispatchRuleResponse.newBuilder().addAllItems(shown).build();
    }

    Message delete(DeleteSIPDispatchRuleRequest request) throws RpcException, StoreException {
        if (request.getSipDispatchRuleId().isEmpty()) throw invalidArgument("dispatch rule ID is required");
        SIPDispatchRuleInfo rule = rule(request.getSipDispatchRuleId());
        store.now().deleteDispatchRule(request.getSipDispatchRuleId());
        return rule;
    }
}
