package io.stoa.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.protocol.livekit.SIPDispatchRuleInfo;
import io.stoa.protocol.livekit.SIPInboundTrunkInfo;
import io.stoa.protocol.livekit.SIPOutboundTrunkInfo;
import io.stoa.protocol.livekit.SIPTransport;
import io.stoa.protocol.livekit.SIPTrunkInfo.TrunkKind;
import io.stoa.protocol.livekit.SIPTrunkInfo;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store of trunks and dispatch rules does. */
public abstract class SipStoreContract {
    private static final SIPInboundTrunkInfo INBOUND = SIPInboundTrunkInfo.newBuilder().setSipTrunkId("ST_in").setName("in").setMetadata("m")
            .addNumbers("+1").addNumbers("+2").addAllowedAddresses("10.0.0.0/8").addAllowedNumbers("+3").setAuthUsername("u").setAuthPassword("p").build();
    private static final SIPOutboundTrunkInfo OUTBOUND = SIPOutboundTrunkInfo.newBuilder().setSipTrunkId("ST_out").setName("out").setMetadata("m")
            .setAddress("sip.example.com").setTransport(SIPTransport.SIP_TRANSPORT_TLS).addNumbers("+4").setAuthUsername("u").setAuthPassword("p").build();
    private static final SIPTrunkInfo OLD = SIPTrunkInfo.newBuilder().setSipTrunkId("ST_old").setName("old").setOutboundAddress("sip.example.com")
            .setOutboundNumber("+5").addInboundNumbers("+6").setInboundUsername("iu").setOutboundUsername("ou").build();

    private SipStore store;

    /** An empty one. */
    protected abstract SipStore open() throws Exception;

    @BeforeEach
    void begin() throws Exception {
        store = open();
    }

    @Test
    void each_kind_is_found_as_itself() throws Exception {
        store.putInboundTrunk(INBOUND);
        store.putOutboundTrunk(OUTBOUND);
        store.putTrunk(OLD);
        assertThat(store.inboundTrunk("ST_in")).contains(INBOUND);
        assertThat(store.outboundTrunk("ST_out")).contains(OUTBOUND);
        assertThat(store.trunk("ST_old")).contains(OLD);
        assertThat(store.inboundTrunk("ST_out")).isEmpty();
        assertThat(store.outboundTrunk("ST_in")).isEmpty();
        assertThat(store.trunk("ST_none")).isEmpty();
    }

    @Test
    void one_of_the_old_kind_is_found_in_both_directions() throws Exception {
        store.putTrunk(OLD);
        assertThat(store.inboundTrunk("ST_old")).contains(SIPInboundTrunkInfo.newBuilder().setSipTrunkId("ST_old").setName("old").addNumbers("+5")
                .addAllowedNumbers("+6").setAuthUsername("iu").build());
        assertThat(store.outboundTrunk("ST_old")).contains(SIPOutboundTrunkInfo.newBuilder().setSipTrunkId("ST_old").setName("old")
                .setAddress("sip.example.com").addNumbers("+5").setAuthUsername("ou").build());

        store.putTrunk(OLD.toBuilder().setKind(TrunkKind.TRUNK_OUTBOUND).build());
        assertThat(store.inboundTrunk("ST_old")).isEmpty();
        assertThat(store.inboundTrunks()).isEmpty();
        assertThat(store.outboundTrunks()).hasSize(1);
        store.putTrunk(OLD.toBuilder().setKind(TrunkKind.TRUNK_INBOUND).build());
        assertThat(store.outboundTrunk("ST_old")).isEmpty();
        assertThat(store.outboundTrunks()).isEmpty();
        assertThat(store.inboundTrunks()).hasSize(1);
    }

    @Test
    void the_new_kinds_are_found_as_the_old_one() throws Exception {
        store.putInboundTrunk(INBOUND);
        store.putOutboundTrunk(OUTBOUND);
        SIPTrunkInfo in = SIPTrunkInfo.newBuilder().setSipTrunkId("ST_in").setKind(TrunkKind.TRUNK_INBOUND).setName("in").setMetadata("m").setOutboundNumber("+1")
                .addInboundAddresses("10.0.0.0/8").addInboundNumbers("+3").setInboundUsername("u").setInboundPassword("p").build();
        SIPTrunkInfo out = SIPTrunkInfo.newBuilder().setSipTrunkId("ST_out").setKind(TrunkKind.TRUNK_OUTBOUND).setName("out").setMetadata("m")
                .setOutboundAddress("sip.example.com").setTransport(SIPTransport.SIP_TRANSPORT_TLS).setOutboundNumber("+4")
                .setOutboundUsername("u").setOutboundPassword("p").build();
        assertThat(store.trunk("ST_in")).contains(in);
        assertThat(store.trunk("ST_out")).contains(out);
        store.putTrunk(OLD);
        assertThat(store.trunks()).containsExactlyInAnyOrder(in, out, OLD);
    }

    @Test
    void a_trunk_of_any_kind_is_deleted_once() throws Exception {
        store.putInboundTrunk(INBOUND);
        store.putOutboundTrunk(OUTBOUND);
        store.putTrunk(OLD);
        for (String id : new String[] {"ST_in", "ST_out", "ST_old"}) {
            assertThat(store.deleteTrunk(id)).as(id).isTrue();
            assertThat(store.deleteTrunk(id)).as(id).isFalse();
        }
        assertThat(store.trunks()).isEmpty();
        assertThat(store.inboundTrunks()).isEmpty();
        assertThat(store.outboundTrunks()).isEmpty();
    }

    @Test
    void what_is_put_again_replaces() throws Exception {
        store.putInboundTrunk(INBOUND);
        store.putInboundTrunk(INBOUND.toBuilder().setName("other").build());
        assertThat(store.inboundTrunks()).containsExactly(INBOUND.toBuilder().setName("other").build());
    }

    @Test
    void dispatch_rules_come_and_go() throws Exception {
        SIPDispatchRuleInfo one = SIPDispatchRuleInfo.newBuilder().setSipDispatchRuleId("SDR_1").addTrunkIds("ST_in").build();
        SIPDispatchRuleInfo two = SIPDispatchRuleInfo.newBuilder().setSipDispatchRuleId("SDR_2").build();
        store.putDispatchRule(one);
        store.putDispatchRule(two);
        assertThat(store.dispatchRule("SDR_1")).contains(one);
        assertThat(store.dispatchRules()).containsExactlyInAnyOrder(one, two);
        assertThat(store.deleteDispatchRule("SDR_1")).isTrue();
        assertThat(store.deleteDispatchRule("SDR_1")).isFalse();
        assertThat(store.dispatchRule("SDR_1")).isEmpty();
        assertThat(store.dispatchRules()).containsExactly(two);
    }

    @Test
    void many_write_at_once_and_one_of_them_deletes() throws Exception {
        Crowd.of(8, who -> {
            for (int i = 0; i < 10; i++)
                store.putDispatchRule(SIPDispatchRuleInfo.newBuilder().setSipDispatchRuleId("SDR_" + who + "_" + i).build());
            return who;
        });
        assertThat(store.dispatchRules()).hasSize(80);
        assertThat(Crowd.of(8, who -> store.deleteDispatchRule("SDR_0_0"))).containsOnlyOnce(true);
    }
}
