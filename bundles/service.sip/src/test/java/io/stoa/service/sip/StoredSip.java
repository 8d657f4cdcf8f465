package io.stoa.service.sip;

import io.stoa.protocol.livekit.SIPDispatchRuleInfo;
import io.stoa.protocol.livekit.SIPInboundTrunkInfo;
import io.stoa.protocol.livekit.SIPOutboundTrunkInfo;
import io.stoa.protocol.livekit.SIPTrunkInfo;
import io.stoa.store.SipStore;
import io.stoa.store.StoreException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Trunks and rules in maps, which may be away. Trunks of the old kind are in a list of their own. */
final class StoredSip implements SipStore {
    final Map<String, SIPTrunkInfo> old = new LinkedHashMap<>();
    final Map<String, SIPInboundTrunkInfo> inbound = new LinkedHashMap<>();
    final Map<String, SIPOutboundTrunkInfo> outbound = new LinkedHashMap<>();
    final Map<String, SIPDispatchRuleInfo> rules = new LinkedHashMap<>();
    boolean away;

    private <T> Map<String, T> there(Map<String, T> map) throws StoreException {
        if (away) throw new StoreException("the store is away");
        return map;
    }

    @Override
    public void putTrunk(SIPTrunkInfo trunk) throws StoreException {
        there(old).put(trunk.getSipTrunkId(), trunk);
    }

    @Override
    public Optional<SIPTrunkInfo> trunk(String id) throws StoreException {
        return Optional.ofNullable(there(old).get(id));
    }

    @Override
    public List<SIPTrunkInfo> trunks() throws StoreException {
        return List.copyOf(there(old).values());
    }

    @Override
    public boolean deleteTrunk(String id) throws StoreException {
        return there(inbound).remove(id) != null | outbound.remove(id) != null | old.remove(id) != null;
    }

    @Override
    public void putInboundTrunk(SIPInboundTrunkInfo trunk) throws StoreException {
        there(inbound).put(trunk.getSipTrunkId(), trunk);
    }

    @Override
    public Optional<SIPInboundTrunkInfo> inboundTrunk(String id) throws StoreException {
        return Optional.ofNullable(there(inbound).get(id));
    }

    @Override
    public List<SIPInboundTrunkInfo> inboundTrunks() throws StoreException {
        return List.copyOf(there(inbound).values());
    }

    @Override
    public void putOutboundTrunk(SIPOutboundTrunkInfo trunk) throws StoreException {
        there(outbound).put(trunk.getSipTrunkId(), trunk);
    }

    @Override
    public Optional<SIPOutboundTrunkInfo> outboundTrunk(String id) throws StoreException {
        return Optional.ofNullable(there(outbound).get(id));
    }

    @Override
    public List<SIPOutboundTrunkInfo> outboundTrunks() throws StoreException {
        return List.copyOf(there(outbound).values());
    }

    @Override
    public void putDispatchRule(SIPDispatchRuleInfo rule) throws StoreException {
        there(rules).put(rule.getSipDispatchRuleId(), rule);
    }

    @Override
    public Optional<SIPDispatchRuleInfo> dispatchRule(String id) throws StoreException {
        return Optional.ofNullable(there(rules).get(id));
    }

    @Override
    public List<SIPDispatchRuleInfo> dispatchRules() throws StoreException {
        return List.copyOf(there(rules).values());
    }

    @Override
    public boolean deleteDispatchRule(String id) throws StoreException {
        return there(rules).remove(id) != null;
    }
}
