package io.stoa.store.records;

import com.google.protobuf.Message;
import io.stoa.protocol.livekit.SIPDispatchRuleInfo;
import io.stoa.protocol.livekit.SIPInboundTrunkInfo;
import io.stoa.protocol.livekit.SIPOutboundTrunkInfo;
import io.stoa.protocol.livekit.SIPTrunkInfo;
import io.stoa.store.SipStore;
import io.stoa.store.StoreException;
import io.stoa.store.records.DurableRecords.Kind;
import io.stoa.store.records.Hashes.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Trunks and dispatch rules in a hash for each kind. */
public final class SipRecords implements SipStore {
    private static final Codec<SIPTrunkInfo> TRUNKS = new Codec<>("sip_trunk", SIPTrunkInfo.parser());
    private static final Codec<SIPInboundTrunkInfo> INBOUND = new Codec<>("sip_inbound_trunk", SIPInboundTrunkInfo.parser());
    private static final Codec<SIPOutboundTrunkInfo> OUTBOUND = new Codec<>("sip_outbound_trunk", SIPOutboundTrunkInfo.parser());
    private static final Codec<SIPDispatchRuleInfo> RULES = new Codec<>("sip_dispatch_rule", SIPDispatchRuleInfo.parser());

    private final Hashes hashes;

    public SipRecords(Hashes hashes) {
        this.hashes = hashes;
    }

    public List<Kind> kinds() {
        return List.of(kind(TRUNKS), kind(INBOUND), kind(OUTBOUND), kind(RULES));
    }

    private Kind kind(Codec<?> codec) {
        return new Kind(codec.kind(), () -> hashes.all(codec.kind()), (id, bytes) -> put(codec, id, codec.read(id, bytes)), id -> remove(codec, id));
    }

    @Override
    public void putTrunk(SIPTrunkInfo trunk) throws StoreException {
        put(TRUNKS, trunk.getSipTrunkId(), trunk);
    }

    @Override
    public Optional<SIPTrunkInfo> trunk(String id) throws StoreException {
        Optional<SIPTrunkInfo> found = get(TRUNKS, id);
        if (found.isEmpty()) found = get(INBOUND, id).map(Trunks::old);
        return found.isPresent() ? found : get(OUTBOUND, id).map(Trunks::old);
    }

    @Override
    public List<SIPTrunkInfo> trunks() throws StoreException {
        List<SIPTrunkInfo> all = new ArrayList<>(all(TRUNKS));
        for (SIPInboundTrunkInfo inbound : all(INBOUND)) all.add(Trunks.old(inbound));
        for (SIPOutboundTrunkInfo outbound : all(OUTBOUND)) all.add(Trunks.old(outbound));
        return all;
    }

    @Override
    public boolean deleteTrunk(String id) throws StoreException {
        return hashes.write(List.of(new Change.Remove(TRUNKS.kind(), id), new Change.Remove(INBOUND.kind(), id), new Change.Remove(OUTBOUND.kind(), id))) > 0;
    }

    @Override
    public void putInboundTrunk(SIPInboundTrunkInfo trunk) throws StoreException {
        put(INBOUND, trunk.getSipTrunkId(), trunk);
    }

    @Override
    public Optional<SIPInboundTrunkInfo> inboundTrunk(String id) throws StoreException {
        Optional<SIPInboundTrunkInfo> found = get(INBOUND, id);
        return found.isPresent() ? found : get(TRUNKS, id).flatMap(Trunks::inbound);
    }

    @Override
    public List<SIPInboundTrunkInfo> inboundTrunks() throws StoreException {
        List<SIPInboundTrunkInfo> all = new ArrayList<>(all(INBOUND));
        for (SIPTrunkInfo old : all(TRUNKS)) Trunks.inbound(old).ifPresent(all::add);
        return all;
    }

    @Override
    public void putOutboundTrunk(SIPOutboundTrunkInfo trunk) throws StoreException {
        put(OUTBOUND, trunk.getSipTrunkId(), trunk);
    }

    @Override
    public Optional<SIPOutboundTrunkInfo> outboundTrunk(String id) throws StoreException {
        Optional<SIPOutboundTrunkInfo> found = get(OUTBOUND, id);
        return found.isPresent() ? found : get(TRUNKS, id).flatMap(Trunks::outbound);
    }

    @Override
    public List<SIPOutboundTrunkInfo> outboundTrunks() throws StoreException {
        List<SIPOutboundTrunkInfo> all = new ArrayList<>(all(OUTBOUND));
        for (SIPTrunkInfo old : all(TRUNKS)) Trunks.outbound(old).ifPresent(all::add);
        return all;
    }

    @Override
    public void putDispatchRule(SIPDispatchRuleInfo rule) throws StoreException {
        put(RULES, rule.getSipDispatchRuleId(), rule);
    }

    @Override
    public Optional<SIPDispatchRuleInfo> dispatchRule(String id) throws StoreException {
        return get(RULES, id);
    }

    @Override
    public List<SIPDispatchRuleInfo> dispatchRules() throws StoreException {
        return all(RULES);
    }

    @Override
    public boolean deleteDispatchRule(String id) throws StoreException {
        return remove(RULES, id);
    }

    private void put(Codec<?> codec, String id, Message message) throws StoreException {
        hashes.write(List.of(new Change.Put(codec.kind(), id, message.toByteArray())));
    }

    private boolean remove(Codec<?> codec, String id) throws StoreException {
        return hashes.write(List.of(new Change.Remove(codec.kind(), id))) > 0;
    }

    private <M extends Message> Optional<M> get(Codec<M> codec, String id) throws StoreException {
        return codec.get(hashes, codec.kind(), id);
    }

    private <M extends Message> List<M> all(Codec<M> codec) throws StoreException {
        return codec.all(hashes, codec.kind());
    }
}
