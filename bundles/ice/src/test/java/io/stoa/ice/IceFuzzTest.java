package io.stoa.ice;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.stoa.base.Flow;
import io.stoa.base.Time;
import io.stoa.base.TransportAddress;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Strangers send bytes, members send nonsense that is properly signed, clients send lines: each gets a verdict and nothing is thrown. */
class IceFuzzTest {
    @Test
    void bytes_of_strangers() {
        long seed = 20_263;
        Random random = new Random(seed);
        var peer = ScriptedPeer.connected();
        peer.answering = false;
        byte[][] corpus = {
            peer.request(peer.agent.local()).nominating(true).integrity("guess").fingerprint().bytes(),
            RawStun.message(RawStun.SUCCESS, peer.transaction()).integrity("guess").fingerprint().bytes(),
            RawStun.message(RawStun.ERROR, peer.transaction()).error(487).integrity("guess").bytes(),
            RawStun.message(RawStun.REQUEST, peer.transaction()).with(0x0020, new byte[8]).with(0x8022, new byte[30]).bytes()
        };
        int answers = peer.answers.size();
        for (int round = 0; round < 150_000; round++) {
            byte[] bytes = random.nextInt(10) == 0 ? noise(random) : mutated(random, corpus[random.nextInt(corpus.length)]);
            int offset = random.nextInt(bytes.length + 1);
            int length = random.nextInt(bytes.length - offset + 1);
            if (random.nextBoolean()) {
                offset = 0;
                length = bytes.length;
            }
            try {
                StunPeek.isStun(bytes, offset, length);
                StunPeek.localUfrag(bytes, offset, length);
                peer.agent.receive(peer.now, peer.udp(), bytes, offset, length);
            } catch (RuntimeException e) {
                fail("seed " + seed + " round " + round, e);
            }
        }
        assertThat(peer.answers).as("nobody without the password gets a word").hasSize(answers);
        assertThat(peer.agent.state()).isEqualTo(IceState.CONNECTED);
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
    void signed_nonsense_and_every_order_of_events() {
        for (long seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            var peer = new ScriptedPeer(random.nextBoolean(), seed);
            for (int step = 0; step < 500; step++) {
                try {
                    peer.answering = random.nextInt(4) > 0;
                    peer.answerWithError = random.nextInt(10) == 0 ? new int[] {400, 401, 420, 487, 500}[random.nextInt(5)] : 0;
                    event(random, peer);
                    peer.run(random.nextInt(25) == 0 ? random.nextLong(20 * SECOND) : random.nextLong(200 * MILLI));
                } catch (RuntimeException e) {
                    fail("seed " + seed + " step " + step, e);
                }
                assertThat(Time.due(peer.agent.nextWake(), peer.now)).as("seed %d step %d: asks again for the past", seed, step).isFalse();
            }
            assertThat(peer.states).as("seed %d", seed).doesNotContain(IceState.NEW);
        }
    }

    private static void event(Random random, ScriptedPeer peer) {
        Flow flow = random.nextInt(4) == 0 ? peer.tcp(50_000 + random.nextInt(10)) : peer.udp(address(random));
        switch (random.nextInt(14)) {
            case 0 -> peer.agent.remoteCredentials(peer.now, peer.credentials);
            case 1 -> {
                if (random.nextInt(10) == 0) peer.agent.restart(peer.now);
            }
            case 2 -> peer.agent.flowClosed(peer.now, peer.tcp(50_000 + random.nextInt(10)));
            case 3 -> peer.agent.addRemote(
                    peer.now, new IceCandidate("f", Flow.Protocol.UDP, random.nextInt() & 0xffff_ffffL, address(random), "host", "", ""));
            default -> peer.receive(flow, signed(random, peer));
        }
    }

    private static TransportAddress address(Random random) {
        return TransportAddress.of("10.0.0.1", 40_000 + random.nextInt(30));
    }

    private static byte[] signed(Random random, ScriptedPeer peer) {
        int[] kinds = {RawStun.REQUEST, RawStun.REQUEST, RawStun.REQUEST, RawStun.INDICATION, RawStun.SUCCESS, RawStun.ERROR, random.nextInt(0x4000)};
        byte[] transaction = random.nextBoolean() || peer.checks.isEmpty()
                ? peer.transaction()
                : peer.checks.get(random.nextInt(peer.checks.size())).message().transaction();
        RawStun message = RawStun.message(kinds[random.nextInt(kinds.length)], transaction);
        if (random.nextInt(9) > 0) message.username(peer.agent.local().ufrag() + ":" + peer.credentials.ufrag());
        if (random.nextBoolean()) message.priority(random.nextInt());
        if (random.nextInt(4) > 0) message.role(random.nextBoolean() ? RawStun.CONTROLLED : RawStun.CONTROLLING, random.nextLong());
        if (random.nextInt(8) == 0) message.error(random.nextInt(900));
        if (random.nextInt(5) == 0) message.with(random.nextInt(0x1_0000), junk(random));
        message.nominating(random.nextBoolean());
        message.integrity(random.nextInt(4) == 0 ? peer.credentials.password() : peer.agent.local().password());
        return (random.nextBoolean() ? message.fingerprint() : message).bytes();
    }

    private static byte[] junk(Random random) {
        byte[] junk = new byte[random.nextInt(24)];
        random.nextBytes(junk);
        return junk;
    }

    @Test
    void candidate_lines_are_read_or_refused() {
        long seed = 20_264;
        Random random = new Random(seed);
        String[] corpus = {
            "candidate:2446722648 1 udp 2122063615 192.0.2.2 47601 typ host generation 0 ufrag 5abL network-id 1",
            "candidate:3976128233 1 tcp 1518154495 fd00::2 9 typ host tcptype active generation 0 ufrag VgZ1 network-id 2",
            "candidate:4282289642 1 udp 58597375 127.0.0.1 30009 typ relay raddr 127.0.0.1 rport 55954 generation 0 network-cost 50",
            "a=candidate:1 1 UDP 2130706431 a2b4c6d8-0000-4000-8000-000000000000.local 7882 typ host"
        };
        String[] pieces = {" ", ":", "::", "-1", "99999999999999999999", "%eth0", "typ", "\u0000", "[", "]", ".local", "/", "\t", "٣", "1e9", "+5"};
        int read = 0;
        for (int round = 0; round < 100_000; round++) {
            StringBuilder line = new StringBuilder(corpus[random.nextInt(corpus.length)]);
            for (int edits = random.nextInt(4); edits > 0; edits--) {
                int at = random.nextInt(line.length());
                switch (random.nextInt(3)) {
                    case 0 -> line.setCharAt(at, (char) (random.nextInt(8) == 0 ? random.nextInt(0x1_0000) : 32 + random.nextInt(96)));
                    case 1 -> line.insert(at, pieces[random.nextInt(pieces.length)]);
                    default -> line.delete(at, Math.min(line.length() - 1, at + random.nextInt(30)));
                }
            }
            try {
                IceCandidate candidate = IceCandidate.parse(line.toString());
                assertThat(IceCandidate.parse(candidate.toSdp()).address()).isEqualTo(candidate.address());
                read++;
            } catch (IceException expected) {
                assertThat(expected).hasMessageMatching("(?s).+");
            } catch (RuntimeException e) {
                fail("seed " + seed + " round " + round + ": " + line, e);
            }
        }
        assertThat(read).as("the mutations are not all hopeless").isGreaterThan(20_000);
    }
}
