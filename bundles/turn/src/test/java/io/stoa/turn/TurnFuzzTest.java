package io.stoa.turn;

import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.stoa.base.Flow;
import io.stoa.base.Time;
import io.stoa.base.TransportAddress;
import io.stoa.ice.StunView;
import io.stoa.ice.StunWriter;
import io.stoa.turn.TurnRig.TurnClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Strangers send bytes, users send nonsense that is properly signed: each gets a verdict, nothing is thrown, nothing is kept. */
class TurnFuzzTest {
    private static final TransportAddress PEER = TransportAddress.of("203.0.113.5", 7_000);

    @Test
    void bytes_of_strangers() {
        long seed = 20_265;
        Random random = new Random(seed);
        TurnRig rig = new TurnRig();
        TurnClient ann = rig.client();
        ann.allocated();
        ann.bind(0x4000, PEER);
        ann.refresh(3_600);
        byte[][] corpus = {
            ann.signed(ann.allocation()).fingerprint().toBytes(),
            ann.signed(ann.request(Turn.CREATE_PERMISSION).xorAddress(Turn.XOR_PEER_ADDRESS, PEER)).toBytes(),
            new StunWriter(StunView.type(Turn.SEND, StunView.INDICATION), rig.transaction()).xorAddress(Turn.XOR_PEER_ADDRESS, PEER).text(Turn.DATA, "out").toBytes(),
            {0x40, 0, 0, 5, 1, 2, 3, 4, 5, 0, 0, 0}
        };
        TurnClient stranger = rig.client();
        for (int round = 0; round < 150_000; round++) {
            byte[] bytes = random.nextInt(10) == 0 ? noise(random) : mutated(random, corpus[random.nextInt(corpus.length)]);
            int offset = random.nextInt(8) == 0 ? random.nextInt(bytes.length + 1) : 0;
            try {
                rig.server.receive(rig.now, stranger.flow, bytes, offset, bytes.length - offset);
                if (bytes.length >= 4) TurnFrames.length(bytes, 0);
            } catch (RuntimeException e) {
                fail("seed " + seed + " round " + round, e);
            }
            rig.toClients.clear();
        }
        assertThat(rig.toPeers).as("nothing is relayed for strangers").isEmpty();
        assertThat(stranger.flow.owner).isNull();
        assertThat(rig.open).hasSize(1);
    }

    private static byte[] noise(Random random) {
        byte[] bytes = new byte[random.nextInt(200)];
        random.nextBytes(bytes);
        if (bytes.length >= 20) { // far enough to be looked at
            bytes[0] &= 1;
            System.arraycopy(new byte[] {0, (byte) (bytes.length - 20), 0x21, 0x12, (byte) 0xa4, 0x42}, 0, bytes, 2, 6);
        }
        return bytes;
    }

    private static byte[] mutated(Random random, byte[] original) {
        byte[] bytes = original.clone();
        for (int edits = 1 + random.nextInt(5); edits > 0; edits--) bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        return bytes;
    }

    @Test
    void signed_nonsense_in_every_order() {
        for (long seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            TurnRig rig = new TurnRig(TurnRig.settings(6, new PeerRules(List.of(), List.of())), seed);
            List<TurnClient> clients = new ArrayList<>();
            for (int i = 0; i < 8; i++) clients.add(rig.client(random.nextBoolean() ? Flow.Protocol.UDP : Flow.Protocol.TCP));
            for (int step = 0; step < 600; step++) {
                try {
                    event(random, rig, clients.get(random.nextInt(clients.size())));
                    if (random.nextInt(20) == 0) rig.run(random.nextLong(400 * SECOND));
                } catch (RuntimeException e) {
                    fail("seed " + seed + " step " + step, e);
                }
                rig.toClients.clear();
                rig.toPeers.clear();
                assertThat(Time.due(rig.server.nextWake(), rig.now)).as("seed %d step %d: asks again for the past", seed, step).isFalse();
                assertThat(rig.server.allocations()).isLessThanOrEqualTo(6);
            }
            rig.slow = false;
            while (!rig.waiting.isEmpty()) rig.openWaiting();
            rig.run(3_700 * SECOND);
            assertThat(rig.server.allocations()).as("seed %d: all ends", seed).isZero();
            assertThat(rig.open).as("seed %d: every port is given back", seed).isEmpty();
            assertThat(clients).allMatch(client -> client.flow.owner == null);
        }
    }

    private static void event(Random random, TurnRig rig, TurnClient client) {
        rig.slow = random.nextInt(4) == 0;
        while (random.nextBoolean() && !rig.waiting.isEmpty()) rig.openWaiting();
        rig.toClients.clear();
        if (random.nextInt(3) == 0) {
            rig.occupied.clear();
            rig.occupied.add(30_000 + random.nextInt(10));
        }
        if (random.nextInt(25) == 0) {
            rig.server.clientGone(client.flow);
            return;
        }
        if (client.nonce == null || random.nextInt(10) == 0) client.learnNonce();
        int[] methods = {Turn.ALLOCATE, Turn.ALLOCATE, Turn.REFRESH, Turn.CREATE_PERMISSION, Turn.CHANNEL_BIND, Turn.BINDING, random.nextInt(0x1000)};
        StunWriter request = client.request(methods[random.nextInt(methods.length)]);
        if (random.nextInt(8) > 0) request.u32(Turn.REQUESTED_TRANSPORT, Turn.UDP << 24);
        int[] types = {Turn.LIFETIME, Turn.EVEN_PORT, Turn.RESERVATION_TOKEN, Turn.REQUESTED_ADDRESS_FAMILY, Turn.ADDITIONAL_ADDRESS_FAMILY,
            Turn.CHANNEL_NUMBER, Turn.XOR_PEER_ADDRESS, Turn.DATA, random.nextInt(0x1_0000)};
        for (int more = random.nextInt(3); more > 0; more--) request.attribute(types[random.nextInt(types.length)], junk(random));
        if (random.nextBoolean()) request.u32(Turn.LIFETIME, random.nextInt());
        if (random.nextBoolean()) request.u32(Turn.CHANNEL_NUMBER, random.nextLong(0x3ff0, 0x4010) << 16);
        if (random.nextBoolean()) request.xorAddress(Turn.XOR_PEER_ADDRESS, TransportAddress.of("203.0.113." + random.nextInt(256), random.nextInt(4)));
        byte[] bytes = client.signed(request).toBytes();
        rig.server.receive(rig.now, client.flow, bytes, 0, bytes.length);
        if (!rig.open.isEmpty()) rig.server.fromPeer(rig.now, rig.open.get(random.nextInt(rig.open.size())), PEER, bytes, 0, random.nextInt(bytes.length));
    }

    private static byte[] junk(Random random) {
        byte[] junk = new byte[random.nextInt(24)];
        random.nextBytes(junk);
        return junk;
    }
}
