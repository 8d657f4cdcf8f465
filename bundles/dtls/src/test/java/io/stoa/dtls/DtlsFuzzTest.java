package io.stoa.dtls;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Hostile records: never a throw on the owner's thread, always an outcome, and nothing that only the peer may do. */
class DtlsFuzzTest {
    static final long SEED = 6347;
    static final int INPUTS = 50_000;

    final Random random = new Random(SEED);

    @Test
    void a_connection_outlives_whatever_strangers_send() throws Exception {
        Link link = Link.fresh().start().connected();
        String[] texts = {"sample", "x".repeat(60)};
        byte[][] samples = {link.client.sealed(texts[0]), link.client.sealed(texts[1]), DtlsDataTest.forged(22, 0, 0, 25),
            DtlsDataTest.forged(21, 1, 50, 26), DtlsDataTest.forged(20, 0, 9, 1)};
        for (int i = 0; i < INPUTS; i++) {
            byte[] input = mutated(samples[random.nextInt(samples.length)]);
            link.server.hear(input);
            assertThat(link.server.outcome).as("seed %d, input %d: %s", SEED, i, Arrays.toString(input)).isEqualTo("connected");
        }
        assertThat(link.server.received).as("what is authentic, at most once").doesNotHaveDuplicates().isSubsetOf(texts);
        link.client.say("still here");
        link.exchange();
        assertThat(link.server.received).endsWith("still here");
    }

    @Test
    void every_handshake_over_a_hostile_network_comes_to_an_end() throws Exception {
        Semaphore work = new Semaphore(0);
        List<Link> links = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            Link link = new Link(
                    new DtlsSettings(Link.CLIENT, true, List.of(7), 1_500, 20),
                    new DtlsSettings(Link.SERVER, false, List.of(7), 1_500, 20),
                    work);
            int oneIn = 2 + i % 8;
            link.client.network = mutating(oneIn);
            link.server.network = mutating(oneIn);
            links.add(link.start());
        }
        while (links.stream().anyMatch(link -> link.client.outcome == null || link.server.outcome == null)) {
            assertThat(work.tryAcquire(20, TimeUnit.SECONDS)).as("seed %d", SEED).isTrue();
            links.forEach(Link::exchange);
        }
        for (Link link : links)
            if (link.client.keys != null && link.server.keys != null)
                assertThat(link.client.keys.localKey()).isEqualTo(link.server.keys.remoteKey());
        links.forEach(link -> link.client.dtls.close());
        links.forEach(link -> link.server.dtls.close());
    }

    private UnaryOperator<List<byte[]>> mutating(int oneIn) {
        return batch -> {
            batch.replaceAll(datagram -> random.nextInt(oneIn) == 0 ? mutated(datagram) : datagram);
            if (random.nextInt(oneIn) == 0) batch.add(random(random.nextInt(200)));
            return batch;
        };
    }

    private byte[] random(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private byte[] mutated(byte[] valid) {
        byte[] bytes = valid.clone();
        switch (random.nextInt(5)) {
            case 0 -> bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
            case 2 -> {
                bytes = Arrays.copyOf(bytes, Math.max(13, random.nextInt(bytes.length)));
                bytes[11] = (byte) (bytes.length - 13 >> 8);
                bytes[12] = (byte) (bytes.length - 13);
                bytes[9] = (byte) random.nextInt();
            }
            case 3 -> bytes = DtlsDataTest.joined(bytes, random(random.nextInt(40)));
            default -> {
                for (int n = 1 + random.nextInt(6); n > 0; n--) bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
        }
        return bytes;
    }
}
