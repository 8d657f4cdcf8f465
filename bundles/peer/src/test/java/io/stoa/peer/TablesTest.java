package io.stoa.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Bytes;
import io.stoa.base.DropCounters;
import io.stoa.base.Flow;
import io.stoa.base.TransportAddress;
import io.stoa.sdp.MediaDescription;
import io.stoa.sdp.MediaDescription.SsrcGroup;
import io.stoa.srtp.portable.PortableSrtpEngine;
import io.stoa.srtp.SrtpContext;
import io.stoa.srtp.SrtpProfile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The table of streams against a model, and the outbox of a loop. */
class TablesTest {
    @Test
    void a_stream_table_is_a_map() {
        for (long seed = 0; seed < 60; seed++) {
            var random = new SplittableRandom(seed);
            var table = new StreamTable<Integer>();
            Map<Integer, Integer> model = new HashMap<>();
            int range = 1 + random.nextInt(600);
            for (int i = 0; i < 5_000; i++) {
                int key = random.nextInt(4) == 0 ? random.nextInt(range) << 16 : random.nextInt(range); // keys that crowd
                switch (random.nextInt(3)) {
                    case 0 -> {
                        boolean fits = model.containsKey(key) || model.size() < 512;
                        assertThat(table.put(key, i)).as("seed %d", seed).isEqualTo(fits);
                        if (fits) model.put(key, i);
                    }
                    case 1 -> {
                        table.remove(key);
                        model.remove(key);
                    }
                    default -> assertThat(table.get(key)).as("seed %d", seed).isEqualTo(model.get(key));
                }
                assertThat(table.size()).as("seed %d", seed).isEqualTo(model.size());
            }
            Set<Integer> all = new HashSet<>();
            table.forEach(all::add);
            assertThat(all).as("seed %d", seed).isEqualTo(new HashSet<>(model.values()));
        }
    }

    @Test
    void retransmission_streams_of_earlier_descriptions_are_forgotten() {
        var transport = new MediaTransport(null, null, 1, new DropCounters());
        var camera = new Receiver(null, "0", true, 0);
        var screen = new Receiver(null, "1", true, 0);
        transport.announced(screen, offered(1_000_000, 1));
        for (int offer = 0; offer < 1_000; offer++) transport.announced(camera, offered(offer * 100L, 50));
        assertThat(transport.announcedRepairs()).as("of the last description, one per layer").isEqualTo(Receiver.LAYERS + 1);
        transport.remove(camera);
        assertThat(transport.announcedRepairs()).isEqualTo(1);
    }

    private static MediaDescription offered(long ssrc, int groups) {
        var section = new MediaDescription();
        for (long at = ssrc; at < ssrc + 2L * groups; at += 2) section.ssrcGroups.add(new SsrcGroup("FID", List.of(at, at + 1)));
        return section;
    }

    @Test
    void a_full_table_says_so_and_goes_on() {
        var table = new StreamTable<String>();
        for (int i = 0; i < 512; i++) assertThat(table.put(i * 7_919, "x")).isTrue();
        assertThat(table.put(-1, "x")).isFalse();
        assertThat(table.get(-1)).isNull();
        assertThat(table.put(7_919, "y")).as("it is there already").isTrue();
        table.remove(7_919);
        assertThat(table.put(-1, "x")).isTrue();
    }

    @Test
    void an_outbox_sends_in_order_protected_and_never_more_than_it_holds() {
        var engine = new PortableSrtpEngine();
        byte[] key = new byte[16];
        byte[] salt = new byte[12];
        SrtpContext out = engine.outbound(SrtpProfile.AEAD_AES_128_GCM, key, salt);
        SrtpContext in = engine.inbound(SrtpProfile.AEAD_AES_128_GCM, key, salt);
        var flow = new Flow(Flow.Protocol.UDP, TransportAddress.of("192.0.2.1", 1), TransportAddress.of("10.0.0.1", 2), null);
        List<Integer> sent = new ArrayList<>();
        var outbox = new PacketOutbox((to, bytes, offset, length) -> {
            assertThat(to).isSameAs(flow);
            int plain = in.unprotectRtp(bytes, offset, length);
            assertThat(plain).isEqualTo(length - 16);
            sent.add(Bytes.u16(bytes, offset + 2));
        }, 4);
        outbox.engine(engine);
        for (int i = 0; i < 10; i++) {
            int at = outbox.begin();
            byte[] slab = outbox.slab();
            slab[at] = (byte) 0x80;
            slab[at + 1] = 96;
            Bytes.u16(slab, at + 2, i);
            Bytes.i32(slab, at + 4, 1);
            Bytes.i32(slab, at + 8, 7);
            outbox.commit(out, flow, 40 + i);
        }
        assertThat(sent).as("a full outbox leaves before the end of the turn").containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
        outbox.flush();
        outbox.flush();
        assertThat(sent).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    }
}
