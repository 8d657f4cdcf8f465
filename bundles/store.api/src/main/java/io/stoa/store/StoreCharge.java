package io.stoa.store;

import org.osgi.annotation.versioning.ProviderType;

/**
 * That a store has the latest durable records, and is to answer. A provider offers its {@link EgressStore}, {@link IngressStore},
 * {@link SipStore} and {@link AgentStore} only while there is a charge with its name: so no store that is behind, or empty, is ever
 * asked in place of one that is not there.
 */
@ProviderType
public interface StoreCharge {
    /** Property of charges and of {@link DurableStore}s: the provider's name, {@code memory}, {@code file} or {@code redis}. */
    String STORE = "store";
}
