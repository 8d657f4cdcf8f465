package io.stoa.store.records;

import io.stoa.store.AgentStore;
import io.stoa.store.EgressStore;
import io.stoa.store.IngressStore;
import io.stoa.store.SipStore;

/** The contracts of durable records over the same ones. */
public record DurableStores(EgressStore egress, IngressStore ingress, SipStore sip, AgentStore agents) {
    /** @param hashes that this process has for itself */
    public static DurableStores over(Hashes hashes) {
        return new DurableStores(new EgressRecords(hashes), new IngressRecords(hashes), new SipRecords(hashes), new AgentRecords(hashes));
    }
}
