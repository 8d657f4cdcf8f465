package io.stoa.turn;

import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Drop;
import io.stoa.base.TransportAddress;
import io.stoa.ice.StunView;
import io.stoa.turn.TurnCredentials.Account;
import io.stoa.turn.TurnRig.Answer;
import io.stoa.turn.TurnRig.TurnClient;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused, with which code (RFC 8489 section 9.2.4, RFC 8656 sections 7.2 to 12.2, spec 6.12). */
class TurnRefusalTest {
    private static final TransportAddress PEER = TransportAddress.of("203.0.113.5", 7_000);

    private final TurnRig rig = new TurnRig();
    private final TurnClient ann = rig.client();

    // -- credentials

    @Test
    void who_shows_nothing_is_challenged_and_not_remembered() {
        Answer answer = ann.say(ann.allocation().toBytes());
        assertThat(answer.error()).isEqualTo(401);
        assertThat(answer.text(Turn.REALM)).isEqualTo(TurnRig.REALM);
        assertThat(answer.text(Turn.NONCE)).hasSize(32);
        assertThat(ann.flow.owner).isNull();
    }

    @Test
    void half_of_the_credentials_are_a_bad_request() {
        ann.learnNonce();
        Answer answer = ann.say(ann.allocation().text(Turn.USERNAME, "ann").text(Turn.REALM, TurnRig.REALM).integrity(TurnRig.key("ann", "secret")).toBytes());
        assertThat(answer.error()).isEqualTo(400);
        assertThat(answer.view.has(Turn.NONCE)).isFalse();
    }

    @Test
    void wrong_passwords_and_unknown_users_are_unauthenticated() {
        ann.password = "guess";
        assertThat(ann.allocate().error()).isEqualTo(401);
        ann.username = "nobody";
        assertThat(ann.allocate().error()).isEqualTo(401);
        assertThat(rig.open).isEmpty();
    }

    @Test
    void a_nonce_is_for_one_client_and_one_hour() {
        ann.learnNonce();
        TurnClient bob = rig.client();
        bob.nonce = ann.nonce;
        assertThat(bob.allocate().error()).isEqualTo(438);
        ann.nonce = ann.nonce.replace(ann.nonce.charAt(0), 'e');
        assertThat(ann.allocate().error()).isEqualTo(438);
        ann.nonce = "what?";
        Answer stale = ann.allocate();
        assertThat(stale.error()).isEqualTo(438);
        ann.nonce = stale.text(Turn.NONCE);
        rig.run(3_600 * SECOND);
        assertThat(ann.allocate().error()).isEqualTo(438);
    }

    @Test
    void expired_credentials_are_good_for_what_exists_only() {
        ann.allocated();
        rig.accounts.put("ann", new Account("ann", TurnRig.key("ann", "secret"), true));
        assertThat(ann.refresh(600).error()).isZero();
        assertThat(ann.permit(PEER).error()).isZero();
        assertThat(rig.client().allocate().error()).isEqualTo(400);
    }

    @Test
    void an_allocation_is_its_makers() {
        ann.allocated();
        rig.account("bob", "other");
        ann.username = "bob";
        ann.password = "other";
        assertThat(ann.refresh(0).error()).isEqualTo(441);
        assertThat(ann.permit(PEER).error()).isEqualTo(441);
        assertThat(ann.bind(0x4000, PEER).error()).isEqualTo(441);
        assertThat(rig.open).hasSize(1);
    }

    // -- allocations

    @Test
    void only_udp_is_relayed() {
        assertThat(ann.ask(ann.request(Turn.ALLOCATE)).error()).isEqualTo(400);
        assertThat(ann.ask(ann.request(Turn.ALLOCATE).u32(Turn.REQUESTED_TRANSPORT, 6 << 24)).error()).isEqualTo(442);
        assertThat(ann.ask(ann.request(Turn.ALLOCATE).attribute(Turn.REQUESTED_TRANSPORT, new byte[] {17})).error()).isEqualTo(400);
    }

    @Test
    void a_family_without_an_address_is_not_supported() {
        assertThat(ann.ask(ann.allocation().u32(Turn.REQUESTED_ADDRESS_FAMILY, 2 << 24)).error()).isEqualTo(440);
        assertThat(ann.ask(ann.allocation().u32(Turn.REQUESTED_ADDRESS_FAMILY, 9 << 24)).error()).isEqualTo(440);
        assertThat(ann.ask(ann.allocation().u32(Turn.REQUESTED_ADDRESS_FAMILY, 1 << 24)).error()).isZero();
        assertThat(ann.ask(ann.request(Turn.REFRESH).u32(Turn.REQUESTED_ADDRESS_FAMILY, 2 << 24)).error()).isEqualTo(443);
        assertThat(ann.permit(TransportAddress.of("2001:db8::5", 7_000)).error()).isEqualTo(443);
        assertThat(ann.bind(0x4000, TransportAddress.of("2001:db8::5", 7_000)).error()).isEqualTo(443);
    }

    @Test
    void what_does_not_go_together_is_a_bad_request() {
        byte[] token = new byte[8];
        byte[] even = {(byte) 0x80};
        assertThat(ann.ask(ann.allocation().attribute(Turn.RESERVATION_TOKEN, token).attribute(Turn.EVEN_PORT, even)).error()).isEqualTo(400);
        assertThat(ann.ask(ann.allocation().attribute(Turn.RESERVATION_TOKEN, token).u32(Turn.REQUESTED_ADDRESS_FAMILY, 1 << 24)).error()).isEqualTo(400);
        assertThat(ann.ask(ann.allocation().u32(Turn.ADDITIONAL_ADDRESS_FAMILY, 2 << 24).u32(Turn.REQUESTED_ADDRESS_FAMILY, 1 << 24)).error()).isEqualTo(400);
        assertThat(ann.ask(ann.allocation().u32(Turn.ADDITIONAL_ADDRESS_FAMILY, 1 << 24)).error()).isEqualTo(400);
        assertThat(ann.ask(ann.allocation().u32(Turn.ADDITIONAL_ADDRESS_FAMILY, 2 << 24).attribute(Turn.EVEN_PORT, even)).error()).isEqualTo(400);
        assertThat(ann.ask(ann.allocation().attribute(Turn.EVEN_PORT, new byte[0])).error()).isEqualTo(400);
        assertThat(ann.ask(ann.allocation().attribute(Turn.RESERVATION_TOKEN, new byte[3])).error()).isEqualTo(400);
    }

    @Test
    void what_is_not_understood_is_named() {
        Answer answer = ann.ask(ann.allocation().attribute(0x001a, new byte[0]).attribute(0x7fff, new byte[3]).attribute(0xc000, new byte[3]));
        assertThat(answer.error()).isEqualTo(420);
        assertThat(answer.view.copy(answer.view.find(Turn.UNKNOWN_ATTRIBUTES))).containsExactly(0, 0x1a, 0x7f, 0xff);
        assertThat(answer.view.integrityFits(TurnRig.key("ann", "secret"))).isTrue();
    }

    @Test
    void a_user_has_a_quota() {
        for (int i = 0; i < 4; i++) assertThat(rig.client().allocate().error()).isZero();
        TurnClient fifth = rig.client();
        assertThat(fifth.allocate().error()).isEqualTo(486);
        rig.account("bob", "b");
        fifth.username = "bob";
        fifth.password = "b";
        assertThat(fifth.allocate().error()).as("another user").isZero();
    }

    @Test
    void what_ends_makes_room_in_the_quota() {
        List<TurnClient> clients = List.of(rig.client(), rig.client(), rig.client(), rig.client());
        for (TurnClient client : clients) client.allocated();
        clients.getFirst().refresh(0);
        assertThat(rig.client().allocate().error()).isZero();
        assertThat(rig.client().allocate().error()).isEqualTo(486);
        rig.run(600 * SECOND);
        assertThat(rig.client().allocate().error()).isZero();
    }

    @Test
    void ports_being_opened_count_for_the_quota() {
        rig.slow = true;
        for (int i = 0; i < 4; i++) assertThat(rig.client().allocate()).isNull();
        assertThat(rig.client().allocate().error()).isEqualTo(486);
    }

    @Test
    void a_range_without_a_free_port_is_a_lack_of_capacity() {
        TurnRig crowded = new TurnRig(TurnRig.settings(0, new PeerRules(List.of(), List.of())), 3);
        for (int i = 0; i < 10; i++) assertThat(crowded.client().allocate().error()).as("allocation %d", i).isZero();
        TurnClient last = crowded.client();
        assertThat(last.allocate().error()).isEqualTo(508);
        assertThat(last.flow.owner).isNull();
    }

    @Test
    void the_upper_of_two_ports_that_is_taken_costs_the_lower_one() {
        for (int port = 30_001; port <= 30_009; port += 2) rig.occupied.add(port);
        assertThat(ann.ask(ann.allocation().attribute(Turn.EVEN_PORT, new byte[] {(byte) 0x80})).error()).isEqualTo(508);
        assertThat(rig.open).isEmpty();
        assertThat(ann.ask(ann.allocation().attribute(Turn.EVEN_PORT, new byte[] {0})).error()).as("without the pair").isZero();
    }

    // -- permissions and channels

    @Test
    void without_an_allocation_nothing_can_be_done_with_it() {
        assertThat(ann.refresh(600).error()).isEqualTo(437);
        assertThat(ann.permit(PEER).error()).isEqualTo(437);
        assertThat(ann.bind(0x4000, PEER).error()).isEqualTo(437);
        ann.send(PEER, "out");
        ann.sendOnChannel(0x4000, "out");
        assertThat(rig.server.drops().get(Drop.TURN_NO_ALLOCATION)).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.1.1", "224.0.0.1", "0.0.0.0", "255.255.255.255"})
    void peers_behind_this_machine_are_forbidden(String host) {
        ann.allocated();
        TransportAddress peer = TransportAddress.of(host, 7_000);
        assertThat(ann.permit(PEER, peer).error()).isEqualTo(403);
        assertThat(ann.bind(0x4000, peer).error()).isEqualTo(403);
        ann.send(PEER, "all or nothing");
        ann.send(peer, "out");
        assertThat(rig.toPeers).isEmpty();
    }

    @Test
    void a_permission_is_for_somebody() {
        ann.allocated();
        assertThat(ann.permit().error()).isEqualTo(400);
        assertThat(ann.ask(ann.request(Turn.CREATE_PERMISSION).attribute(Turn.XOR_PEER_ADDRESS, new byte[5])).error()).isEqualTo(400);
    }

    @Test
    void a_channel_is_of_one_peer_and_a_peer_has_one_channel() {
        ann.allocated();
        assertThat(ann.bind(0x4000, PEER).error()).isZero();
        assertThat(ann.bind(0x4000, PEER).error()).as("again").isZero();
        assertThat(ann.bind(0x4001, PEER).error()).isEqualTo(400);
        assertThat(ann.bind(0x4000, TransportAddress.of("203.0.113.5", 7_001)).error()).isEqualTo(400);
        assertThat(ann.bind(0x3fff, TransportAddress.of("203.0.113.6", 1)).error()).isEqualTo(400);
        assertThat(ann.bind(0x7fff, TransportAddress.of("203.0.113.6", 1)).error()).isEqualTo(400);
        assertThat(ann.bind(0x8000, TransportAddress.of("203.0.113.6", 1)).error()).isEqualTo(400);
        assertThat(ann.ask(ann.request(Turn.CHANNEL_BIND).xorAddress(Turn.XOR_PEER_ADDRESS, PEER)).error()).isEqualTo(400);
        assertThat(ann.ask(ann.request(Turn.CHANNEL_BIND).u32(Turn.CHANNEL_NUMBER, 0x4002_0000L)).error()).isEqualTo(400);
    }

    @Test
    void permissions_and_channels_are_bounded_and_make_room_when_they_end() {
        ann.allocated();
        for (int i = 0; i < Allocation.MAX_PERMISSIONS; i++) assertThat(ann.permit(TransportAddress.of("203.0.113." + i, 1)).error()).isZero();
        assertThat(ann.permit(TransportAddress.of("198.51.100.1", 1)).error()).isEqualTo(508);
        rig.run(300 * SECOND);
        assertThat(ann.permit(TransportAddress.of("198.51.100.1", 1)).error()).isZero();

        for (int i = 0; i < Allocation.MAX_CHANNELS; i++) assertThat(ann.bind(0x4000 + i, TransportAddress.of("198.51.100.1", 1 + i)).error()).isZero();
        assertThat(ann.bind(0x5000, TransportAddress.of("198.51.100.1", 5_000)).error()).isEqualTo(508);
        ann.refresh(3_600);
        rig.run(600 * SECOND);
        assertThat(ann.bind(0x5000, TransportAddress.of("198.51.100.1", 5_000)).error()).isZero();
    }

    @Test
    void indications_are_never_answered() {
        ann.allocated();
        var send = new io.stoa.ice.StunWriter(StunView.type(Turn.SEND, StunView.INDICATION), rig.transaction());
        assertThat(ann.say(send.toBytes())).isNull();
        assertThat(ann.say(send.xorAddress(Turn.XOR_PEER_ADDRESS, PEER).toBytes())).isNull();
        assertThat(ann.say(send.text(Turn.DATA, "out").attribute(0x001a, new byte[0]).toBytes())).as("not to be cut").isNull();
        assertThat(rig.server.drops().get(Drop.TURN_MALFORMED)).isEqualTo(3);
    }
}
