package io.stoa.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.protocol.livekit.AgentDispatch;
import io.stoa.protocol.livekit.EgressInfo;
import io.stoa.protocol.livekit.EgressStatus;
import io.stoa.protocol.livekit.IngressInfo;
import io.stoa.protocol.livekit.IngressState;
import io.stoa.protocol.livekit.Job;
import io.stoa.protocol.livekit.SIPDispatchRuleInfo;
import io.stoa.protocol.livekit.SIPInboundTrunkInfo;
import io.stoa.protocol.livekit.SIPOutboundTrunkInfo;
import io.stoa.protocol.livekit.SIPTrunkInfo;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What of every provider can be copied from it and to it. */
public abstract class DurableStoreContract {
    private Provider one;

    /** @param durable over the same records as the others */
    public record Provider(DurableStore durable, EgressStore egress, IngressStore ingress, SipStore sip, AgentStore agents) {}

    /** An empty one, beside those that were opened in the same test. */
    protected abstract Provider open() throws Exception;

    @BeforeEach
    void begin() throws Exception {
        one = open();
    }

    @Test
    void all_goes_over_to_another_and_means_the_same_there() throws Exception {
        fill(one);
        Provider other = open();
        copy(one.durable(), other.durable());

        for (String kind : one.durable().kinds()) assertThat(other.durable().count(kind)).as(kind).isEqualTo(one.durable().count(kind)).isPositive();
        assertThat(other.egress().egresses("a", true)).isEqualTo(one.egress().egresses("a", true)).hasSize(1);
        assertThat(other.egress().egress("EG_2")).isEqualTo(one.egress().egress("EG_2")).isPresent();
        assertThat(other.ingress().ingressByStreamKey("key1")).isEqualTo(one.ingress().ingressByStreamKey("key1")).isPresent();
        assertThat(other.ingress().ingresses("a")).isEqualTo(one.ingress().ingresses("a")).hasSize(1);
        assertThat(other.sip().trunks()).containsExactlyInAnyOrderElementsOf(one.sip().trunks()).hasSize(3);
        assertThat(other.sip().dispatchRules()).isEqualTo(one.sip().dispatchRules()).hasSize(1);
        assertThat(other.agents().dispatches("room\nb")).isEqualTo(one.agents().dispatches("room\nb")).hasSize(1);
        other.egress().sweep(1_000 + 24L * 3600 * 1_000_000_000L + 1);
        assertThat(other.egress().egress("EG_2")).isEmpty();
    }

    @Test
    void a_record_takes_the_place_of_the_one_before() throws Exception {
        fill(one);
        Provider other = open();
        other.ingress().put(IngressInfo.newBuilder().setIngressId("IN_1").setStreamKey("key1").setRoomName("elsewhere").build());
        copy(one.durable(), other.durable());
        copy(one.durable(), other.durable());
        assertThat(other.ingress().ingresses("elsewhere")).isEmpty();
        assertThat(other.ingress().ingresses("a")).hasSize(1);
    }

    @Test
    void what_it_does_not_know_it_refuses() {
        assertThatThrownBy(() -> one.durable().put(new DurableRecord("weather", "W_1", 1, new byte[0]))).isInstanceOf(StoreException.class).hasMessageContaining("weather");
        assertThatThrownBy(() -> one.durable().put(new DurableRecord("egress", "EG_1", 2, new byte[0]))).isInstanceOf(StoreException.class).hasMessageContaining("version 2");
        assertThatThrownBy(() -> one.durable().put(new DurableRecord("egress", "EG_1", 1, new byte[] {-1}))).isInstanceOf(StoreException.class).hasMessageContaining("EG_1");
        assertThatThrownBy(() -> one.durable().count("weather")).isInstanceOf(StoreException.class);
        assertThatThrownBy(() -> one.durable().export("weather")).isInstanceOf(StoreException.class);
    }

    @Test
    void it_remembers_who_has_the_latest_records() throws Exception {
        assertThat(one.durable().latest()).isEmpty();
        one.durable().latest("here");
        one.durable().latest("there");
        one.durable().clear();
        assertThat(one.durable().latest()).contains("there");
    }

    @Test
    void it_forgets_all_when_told_to() throws Exception {
        fill(one);
        one.durable().clear();
        for (String kind : one.durable().kinds()) assertThat(one.durable().count(kind)).as(kind).isZero();
        assertThat(one.egress().egresses("a", false)).isEmpty();
        assertThat(one.ingress().ingressByStreamKey("key1")).isEmpty();
        assertThat(one.ingress().ingresses("a")).isEmpty();
        assertThat(one.agents().dispatches("room\nb")).isEmpty();
    }

    private static void fill(Provider provider) throws Exception {
        provider.egress().create(EgressInfo.newBuilder().setEgressId("EG_1").setRoomName("a").build());
        provider.egress().put(EgressInfo.newBuilder().setEgressId("EG_2").setRoomName("a").setStatus(EgressStatus.EGRESS_FAILED).setEndedAt(1_000).build());
        provider.ingress().put(IngressInfo.newBuilder().setIngressId("IN_1").setStreamKey("key1").setRoomName("a").build());
        provider.ingress().putState("IN_1", IngressState.newBuilder().setStartedAt(5).build());
        provider.sip().putTrunk(SIPTrunkInfo.newBuilder().setSipTrunkId("ST_1").build());
        provider.sip().putInboundTrunk(SIPInboundTrunkInfo.newBuilder().setSipTrunkId("ST_2").build());
        provider.sip().putOutboundTrunk(SIPOutboundTrunkInfo.newBuilder().setSipTrunkId("ST_3").build());
        provider.sip().putDispatchRule(SIPDispatchRuleInfo.newBuilder().setSipDispatchRuleId("SDR_1").build());
        provider.agents().putDispatch(AgentDispatch.newBuilder().setId("AD_1").setRoom("room\nb").build());
        provider.agents().putJob("room\nb", Job.newBuilder().setId("AJ_1").setDispatchId("AD_1").build());
    }

    private static void copy(DurableStore from, DurableStore to) throws StoreException {
        for (String kind : from.kinds()) for (DurableRecord record : from.export(kind)) to.put(record);
    }
}
