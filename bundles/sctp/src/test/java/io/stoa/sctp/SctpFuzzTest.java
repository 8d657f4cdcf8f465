package io.stoa.sctp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.stoa.base.Bytes;
import io.stoa.base.Time;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever comes out of the DTLS tunnel: it is used or counted, nothing is thrown, and the clock never stands still. */
class SctpFuzzTest {
    private static final int INPUTS = 200_000;

    @Test
    void noise_is_counted() {
        long seed = 51;
        Random random = new Random(seed);
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        byte[] bytes = new byte[200];
        for (int round = 0; round < INPUTS; round++) {
            random.nextBytes(bytes);
            int length = random.nextInt(bytes.length);
            long before = peer.ours.drops().total();
            try {
                peer.ours.receive(peer.now, bytes, 0, length);
            } catch (RuntimeException e) {
                fail("seed " + seed + " round " + round, e);
            }
            assertThat(peer.ours.drops().total()).as("seed %d round %d", seed, round).isEqualTo(before + 1);
        }
        peer.ours.flush(peer.now);
        assertThat(peer.packets).isEmpty();
    }

    /** Well-formed packets of damaged chunks, so that the damage reaches the machine behind the checksum. */
    @Test
    void damaged_chunks_find_a_verdict_in_every_state() {
        long seed = 52;
        Random random = new Random(seed);
        ScriptedPeer peer = fresh(random);
        for (int round = 0; round < INPUTS; round++) {
            if (round % 400 == 0 || !peer.failures.isEmpty()) peer = fresh(random); // one that has ended has nothing left to say
            byte[][] chunks = new byte[1 + random.nextInt(4)][];
            for (int i = 0; i < chunks.length; i++) chunks[i] = damaged(random, peer);
            int tag = chunks[0][0] == Chunk.INIT || random.nextInt(50) == 0 ? 0 : peer.ourTag;
            byte[] packet = ScriptedPeer.packet(tag, chunks);
            try {
                if (random.nextInt(8) == 0) chatter(random, peer);
                peer.ours.receive(peer.now, packet, 0, packet.length);
                if (random.nextInt(3) == 0) peer.ours.flush(peer.now);
                if (random.nextInt(10) == 0) peer.pass(random.nextInt(300) * Time.MILLI);
            } catch (RuntimeException | AssertionError e) {
                fail("seed " + seed + " round " + round, e);
            }
            peer.packets.clear();
        }
    }

    private static ScriptedPeer fresh(Random random) {
        ScriptedPeer peer = new ScriptedPeer(random.nextBoolean());
        if (random.nextInt(4) == 0) {
            peer.ours.start(peer.now);
            peer.ourTag = peer.only(Chunk.INIT).i32(0);
        } else {
            peer.connect();
            for (int i = 0; i < 3; i++) peer.receive(peer.dcepOpen(i, new int[] {0, 0x81, 1}[i], i, "c"));
        }
        return peer;
    }

    private static void chatter(Random random, ScriptedPeer peer) {
        if (random.nextInt(20) == 0) peer.ours.open(peer.now, "x", "y", random.nextBoolean(), new Reliability.MaxLifetime(50));
        if (peer.opened.isEmpty()) return;
        DataChannel channel = peer.opened.get(random.nextInt(peer.opened.size()));
        int size = random.nextInt(3_000);
        if (random.nextInt(60) == 0) peer.ours.close(peer.now, channel);
        else peer.ours.send(peer.now, channel, true, new byte[size], 0, size);
    }

    private static byte[] damaged(Random random, ScriptedPeer peer) {
        byte[] chunk = valid(random, peer);
        for (int edits = random.nextInt(4); edits > 0; edits--) {
            int at = 1 + random.nextInt(chunk.length - 1);
            switch (random.nextInt(3)) {
                case 0 -> chunk[at] = (byte) random.nextInt();
                case 1 -> chunk[at] = (byte) (random.nextBoolean() ? 0 : 0xff);
                default -> Bytes.u16(chunk, at & ~1, random.nextInt(40));
            }
        }
        return random.nextInt(6) == 0 ? shortened(random, chunk) : chunk;
    }

    /** Ends early and says so. */
    private static byte[] shortened(Random random, byte[] chunk) {
        int length = 4 + random.nextInt(chunk.length - 3);
        byte[] shorter = Arrays.copyOf(chunk, length + 3 & ~3);
        Bytes.u16(shorter, 2, length);
        return shorter;
    }

    private static byte[] valid(Random random, ScriptedPeer peer) {
        int near = peer.tsn + random.nextInt(30) - 5;
        int acknowledged = peer.ourFirstTsn + random.nextInt(20) - 4;
        int stream = random.nextInt(4);
        int seq = ScriptedPeer.FIRST_TSN + random.nextInt(3);
        return switch (random.nextInt(16)) {
            case 0 -> ScriptedPeer.chunk(Chunk.INIT, 0, ScriptedPeer.init());
            case 1 -> ScriptedPeer.chunk(Chunk.INIT_ACK, 0, Arrays.copyOf(ScriptedPeer.init(), 30));
            case 2 -> ScriptedPeer.sack(acknowledged, random.nextInt(100_000), 2, 3, 5, 9);
            case 3 -> ScriptedPeer.sack(acknowledged, 1 << 20);
            case 4 -> ScriptedPeer.forward(near, stream, random.nextInt(10));
            case 5 -> ScriptedPeer.resetRequest(seq, near, stream);
            case 6 -> ScriptedPeer.resetAnswer(peer.ourFirstTsn + random.nextInt(3), random.nextInt(8));
            case 7 -> ScriptedPeer.chunk(Chunk.HEARTBEAT, 0, new byte[random.nextInt(40)]);
            case 15 -> ScriptedPeer.chunk(Chunk.RE_CONFIG, 0, new byte[random.nextInt(40)]);
            case 8 -> ScriptedPeer.chunk(Chunk.COOKIE_ECHO, 0, new byte[16]);
            case 9 -> peer.dcepOpen(stream, random.nextInt(3), 1, "label");
            case 10 -> ScriptedPeer.data(peer.tsn++, 3, stream, random.nextInt(8), 50, new byte[] {(byte) random.nextInt(4)});
            case 11 -> ScriptedPeer.chunk(random.nextInt(256), random.nextInt(256), new byte[random.nextInt(20)]);
            default -> ScriptedPeer.data(near, random.nextInt(8), stream, random.nextInt(12), 53, new byte[random.nextInt(60)]);
        };
    }
}
