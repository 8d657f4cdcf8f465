package io.stoa.turn;

import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Drop;
import io.stoa.base.Flow;
import io.stoa.base.TransportAddress;
import io.stoa.ice.StunView;
import io.stoa.ice.StunWriter;
import io.stoa.turn.TurnRig.Answer;
import io.stoa.turn.TurnRig.TurnClient;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What clients get when they do it right (RFC 8656). */
class TurnScenarioTest {
    private static final TransportAddress PEER = TransportAddress.of("203.0.113.5", 7_000);
    private static final TransportAddress PEERS_OTHER_PORT = TransportAddress.of("203.0.113.5", 7_001);
    private static final TransportAddress STRANGER = TransportAddress.of("203.0.113.6", 7_000);

    private final TurnRig rig = new TurnRig();
    private final TurnClient ann = rig.client();

    @Test
    void a_binding_request_needs_no_credentials() {
        Answer answer = ann.say(ann.request(Turn.BINDING).fingerprint().toBytes());
        assertThat(answer.address(Turn.XOR_MAPPED_ADDRESS)).isEqualTo(ann.flow.remote);
        assertThat(answer.view.hasFingerprint()).as("as it was asked").isTrue();
    }

    @Test
    void an_allocation_from_the_challenge_to_its_end() {
        Answer answer = ann.allocate();
        assertThat(answer.error()).isZero();
        assertThat(answer.view.integrityFits(TurnRig.key("ann", "secret"))).isTrue();
        TransportAddress relayed = answer.address(Turn.XOR_RELAYED_ADDRESS);
        assertThat(relayed.host()).isEqualTo("192.0.2.1");
        assertThat(relayed.port()).isBetween(30_000, 30_009);
        assertThat(answer.address(Turn.XOR_MAPPED_ADDRESS)).isEqualTo(ann.flow.remote);
        assertThat(answer.number(Turn.LIFETIME)).isEqualTo(600);
        assertThat(rig.open).hasSize(1);

        assertThat(ann.refresh(0).number(Turn.LIFETIME)).isZero();
        assertThat(rig.open).isEmpty();
        assertThat(rig.released).containsExactly(ann.flow);
        assertThat(rig.server.allocations()).isZero();
    }

    @Test
    void indications_carry_data_both_ways_where_it_is_permitted() {
        TransportAddress relayed = ann.allocated();
        ann.send(PEER, "too early");
        rig.peerSends(PEER, relayed, "too early");
        assertThat(rig.toPeers).isEmpty();
        assertThat(rig.toClients).isEmpty();
        assertThat(rig.server.drops().get(Drop.TURN_NO_PERMISSION)).isEqualTo(2);

        assertThat(ann.permit(PEER).error()).isZero();
        ann.send(PEER, "out");
        assertThat(rig.toPeers.remove().text()).isEqualTo("out");
        ann.send(PEERS_OTHER_PORT, "out, too");
        assertThat(rig.toPeers.remove()).matches(sent -> sent.to().equals(PEERS_OTHER_PORT) && sent.text().equals("out, too"));
        rig.peerSends(PEER, relayed, "in");
        Answer heard = ann.hear();
        assertThat(heard.view.type()).isEqualTo(StunView.type(Turn.DATA_METHOD, StunView.INDICATION));
        assertThat(heard.address(Turn.XOR_PEER_ADDRESS)).isEqualTo(PEER);
        assertThat(heard.text(Turn.DATA)).isEqualTo("in");
        rig.peerSends(STRANGER, relayed, "in");
        ann.send(STRANGER, "out");
        assertThat(ann.hear()).isNull();
        assertThat(rig.toPeers).isEmpty();
    }

    @Test
    void channels_carry_data_both_ways_with_four_bytes_more() {
        TransportAddress relayed = ann.allocated();
        assertThat(ann.bind(0x4000, PEER).error()).isZero();
        ann.sendOnChannel(0x4000, "hello");
        assertThat(rig.toPeers.remove()).matches(sent -> sent.to().equals(PEER) && sent.text().equals("hello"));
        rig.peerSends(PEER, relayed, "hi");
        assertThat(ann.hear().bytes).containsExactly(0x40, 0, 0, 2, 'h', 'i');
        rig.peerSends(PEERS_OTHER_PORT, relayed, "by address");
        assertThat(ann.hear().view.method()).as("a channel is for one port, its permission for all").isEqualTo(Turn.DATA_METHOD);
        ann.sendOnChannel(0x4001, "nobody");
        assertThat(rig.server.drops().get(Drop.TURN_NO_CHANNEL)).isEqualTo(1);
    }

    @Test
    void a_full_datagram_goes_in_an_indication_as_on_a_channel() {
        TransportAddress relayed = ann.allocated();
        ann.permit(PEER);
        String text = "0123456789".repeat(140);
        rig.peerSends(PEER, relayed, text);
        assertThat(ann.hear().text(Turn.DATA)).isEqualTo(text);
        ann.send(PEER, text);
        assertThat(rig.toPeers.remove().text()).isEqualTo(text);
        ann.bind(0x4000, PEER);
        rig.peerSends(PEER, relayed, text);
        assertThat(ann.hear().bytes).hasSize(4 + text.length());
    }

    @Test
    void into_a_stream_channel_data_is_padded() {
        TurnClient caller = rig.client(Flow.Protocol.TCP);
        TransportAddress relayed = caller.allocated();
        caller.bind(0x4000, PEER);
        rig.peerSends(PEER, relayed, "hello");
        byte[] frame = caller.hear().bytes;
        assertThat(frame).containsExactly(0x40, 0, 0, 5, 'h', 'e', 'l', 'l', 'o', 0, 0, 0);
        assertThat(TurnFrames.length(frame, 0)).isEqualTo(frame.length);
    }

    @Test
    void what_is_not_refreshed_ends() {
        TransportAddress relayed = ann.allocated();
        ann.permit(PEER);
        ann.bind(0x4000, STRANGER);
        rig.run(299 * SECOND);
        ann.send(PEER, "still");
        assertThat(rig.toPeers.remove().text()).isEqualTo("still");
        rig.run(SECOND);
        ann.send(PEER, "too late");
        ann.sendOnChannel(0x4000, "its permission ended, too");
        assertThat(rig.toPeers).isEmpty();
        ann.permit(STRANGER);
        rig.run(299 * SECOND);
        ann.sendOnChannel(0x4000, "the channel lives twice as long");
        assertThat(rig.toPeers.remove().text()).startsWith("the channel");
        assertThat(rig.open).hasSize(1);
        rig.run(SECOND);
        assertThat(rig.open).as("after 600 s").isEmpty();
        assertThat(rig.released).containsExactly(ann.flow);
        assertThat(ann.refresh(600).error()).isEqualTo(437);
        assertThat(relayed).isNotNull();
    }

    @Test
    void what_is_refreshed_goes_on_for_hours() {
        ann.allocated();
        ann.bind(0x4000, PEER);
        for (int i = 0; i < 100; i++) {
            rig.run(200 * SECOND);
            Answer refreshed = ann.refresh(600);
            if (refreshed.error() == 438) { // a nonce is good for an hour
                assertThat(i).isIn(17, 35, 53, 71, 89);
                ann.nonce = refreshed.text(Turn.NONCE);
                refreshed = ann.refresh(600);
            }
            assertThat(refreshed.error()).isZero();
            assertThat(ann.bind(0x4000, PEER).error()).isZero();
            ann.sendOnChannel(0x4000, "on and on");
            assertThat(rig.toPeers.remove().text()).isEqualTo("on and on");
        }
    }

    @Test
    void a_lifetime_is_between_ten_minutes_and_an_hour() {
        assertThat(ann.ask(ann.allocation().u32(Turn.LIFETIME, 5)).number(Turn.LIFETIME)).isEqualTo(600);
        assertThat(ann.refresh(1_800).number(Turn.LIFETIME)).isEqualTo(1_800);
        assertThat(ann.refresh(0xffff_ffffL).number(Turn.LIFETIME)).isEqualTo(3_600);
        rig.run(3_599 * SECOND);
        assertThat(rig.open).hasSize(1);
        rig.run(SECOND);
        assertThat(rig.open).isEmpty();
    }

    @Test
    void a_request_that_is_sent_again_is_answered_again() {
        rig.slow = true;
        ann.learnNonce();
        byte[] request = ann.signed(ann.allocation()).toBytes();
        assertThat(ann.say(request)).as("the port is being opened").isNull();
        assertThat(ann.say(request)).as("still").isNull();
        assertThat(rig.waiting).hasSize(1);
        rig.openWaiting();
        byte[] answer = ann.hear().bytes;
        assertThat(ann.say(request).bytes).isEqualTo(answer);
        assertThat(rig.open).hasSize(1);
        assertThat(ann.allocate().error()).as("another request").isEqualTo(437);
    }

    @Test
    void a_port_that_is_taken_is_passed_over() {
        for (int port = 30_000; port <= 30_009; port++) if (port != 30_007) rig.occupied.add(port);
        for (int round = 0; round < 5; round++) {
            Answer answer = ann.allocate();
            if (answer.error() == 508) continue; // fifty draws of ten
            assertThat(answer.address(Turn.XOR_RELAYED_ADDRESS).port()).isEqualTo(30_007);
            return;
        }
        throw new AssertionError("the free port is never found");
    }

    @Test
    void an_even_port_and_the_one_above_it_for_who_has_the_token() {
        Answer first = ann.ask(ann.allocation().attribute(Turn.EVEN_PORT, new byte[] {(byte) 0x80}));
        assertThat(first.error()).isZero();
        int port = first.address(Turn.XOR_RELAYED_ADDRESS).port();
        assertThat(port & 1).isZero();
        assertThat(rig.open).hasSize(2);
        byte[] token = first.view.copy(first.view.find(Turn.RESERVATION_TOKEN));

        TurnClient second = rig.client();
        Answer answer = second.ask(second.allocation().attribute(Turn.RESERVATION_TOKEN, token));
        assertThat(answer.address(Turn.XOR_RELAYED_ADDRESS).port()).isEqualTo(port + 1);
        TurnClient third = rig.client();
        assertThat(third.ask(third.allocation().attribute(Turn.RESERVATION_TOKEN, token)).error()).as("once").isEqualTo(508);
        assertThat(second.refresh(0).error()).isZero();
        assertThat(rig.open).hasSize(1);
    }

    @Test
    void a_reservation_ends_after_thirty_seconds() {
        Answer first = ann.ask(ann.allocation().attribute(Turn.EVEN_PORT, new byte[] {(byte) 0x80}));
        byte[] token = first.view.copy(first.view.find(Turn.RESERVATION_TOKEN));
        rig.run(30 * SECOND);
        assertThat(rig.open).hasSize(1);
        TurnClient second = rig.client();
        assertThat(second.ask(second.allocation().attribute(Turn.RESERVATION_TOKEN, token)).error()).isEqualTo(508);
    }

    @Test
    void a_connection_that_ends_takes_its_allocation_along() {
        TurnClient caller = rig.client(Flow.Protocol.TCP);
        caller.allocated();
        rig.server.clientGone(caller.flow);
        assertThat(rig.open).isEmpty();
        assertThat(caller.flow.owner).isNull();

        rig.slow = true;
        TurnClient hasty = rig.client(Flow.Protocol.TCP);
        hasty.allocate();
        Relay opening = rig.waiting.peek();
        rig.server.clientGone(hasty.flow);
        assertThat(opening.isClosed()).as("what comes open is closed again").isTrue();
        rig.openWaiting();
        assertThat(hasty.hear()).isNull();
        assertThat(rig.server.allocations()).isZero();
    }

    @Test
    void rules_that_change_take_permissions_away() {
        TransportAddress relayed = ann.allocated();
        ann.bind(0x4000, PEER);
        ann.permit(STRANGER);
        rig.server.settings(TurnRig.settings(4, new PeerRules(List.of(), List.of("203.0.113.5"))));
        ann.sendOnChannel(0x4000, "no more");
        rig.peerSends(PEER, relayed, "no more");
        ann.send(STRANGER, "still");
        assertThat(rig.toPeers.remove().text()).isEqualTo("still");
        assertThat(rig.toClients).isEmpty();
        assertThat(ann.permit(PEER).error()).isEqualTo(403);
    }

    @Test
    void two_families_are_declined_and_one_is_given() {
        Answer answer = ann.ask(ann.allocation().u32(Turn.ADDITIONAL_ADDRESS_FAMILY, Turn.FAMILY_IPV6 << 24));
        assertThat(answer.error()).isZero();
        assertThat(answer.view.copy(answer.view.find(Turn.ADDRESS_ERROR_CODE))).containsExactly(2, 0, 4, 40);
    }

    @Test
    void the_same_seed_gives_the_same_answers() {
        assertThat(Arrays.equals(new TurnRig().client().allocate().bytes, new TurnRig().client().allocate().bytes)).isTrue();
        StunWriter unused = ann.request(Turn.ALLOCATE);
        assertThat(unused.toBytes()).hasSize(20);
    }
}
