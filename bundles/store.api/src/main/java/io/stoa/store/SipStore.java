package io.stoa.store;

import io.stoa.protocol.livekit.SIPDispatchRuleInfo;
import io.stoa.protocol.livekit.SIPInboundTrunkInfo;
import io.stoa.protocol.livekit.SIPOutboundTrunkInfo;
import io.stoa.protocol.livekit.SIPTrunkInfo;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * SIP trunks and dispatch rules by id. A trunk of the old kind ({@link SIPTrunkInfo}) that fits is also found as inbound or outbound
 * trunk, as LiveKit's store does.
 */
@ProviderType
public interface SipStore {
    void putTrunk(SIPTrunkInfo trunk) throws StoreException;

    Optional<SIPTrunkInfo> trunk(String id) throws StoreException;

    List<SIPTrunkInfo> trunks() throws StoreException;

    /** Of whichever kind it is. @return whether there was one */
    boolean deleteTrunk(String id) throws StoreException;

    void putInboundTrunk(SIPInboundTrunkInfo trunk) throws StoreException;

    Optional<SIPInboundTrunkInfo> inboundTrunk(String id) throws StoreException;

    List<SIPInboundTrunkInfo> inboundTrunks() throws StoreException;

    void putOutboundTrunk(SIPOutboundTrunkInfo trunk) throws StoreException;

    Optional<SIPOutboundTrunkInfo> outboundTrunk(String id) throws StoreException;

    List<SIPOutboundTrunkInfo> outboundTrunks() throws StoreException;

    void putDispatchRule(SIPDispatchRuleInfo rule) throws StoreException;

    Optional<SIPDispatchRuleInfo> dispatchRule(String id) throws StoreException;

    List<SIPDispatchRuleInfo> dispatchRules() throws StoreException;

    /** @return whether there was one */
    boolean deleteDispatchRule(String id) throws StoreException;
}
