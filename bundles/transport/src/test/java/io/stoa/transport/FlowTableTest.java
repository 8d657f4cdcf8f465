package io.stoa.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Flow;
import io.stoa.base.Time;
import io.stoa.base.TransportAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FlowTableTest {
    static final TransportAddress LOCAL = TransportAddress.of("127.0.0.1", 7882);

    final FlowTable table = new FlowTable();

    static InetSocketAddress at(String address, int port) {
        return TransportAddress.of(address, port).socketAddress();
    }

    static Flow flow(InetSocketAddress remote, Object owner, long heardAt) {
        Flow flow = new Flow(Flow.Protocol.UDP, LOCAL, TransportAddress.of(remote), null);
        flow.owner = owner;
        flow.heardAt = heardAt;
        return flow;
    }

    @Test
    void behaves_like_a_map_whatever_comes_and_goes() {
        long seed = 99;
        Random random = new Random(seed);
        Map<InetSocketAddress, Flow> model = new HashMap<>();
        List<InetSocketAddress> known = new ArrayList<>();
        for (int i = 0; i < 4_000; i++) {
            InetSocketAddress remote = random.nextInt(5) == 0
                    ? at("2001:db8::" + Integer.toHexString(random.nextInt(50)), 1 + random.nextInt(20))
                    : at("10.0." + random.nextInt(4) + "." + random.nextInt(8), 1 + random.nextInt(40));
            if (random.nextInt(3) > 0) {
                if (table.get(remote) == null) {
                    Flow flow = flow(remote, this, 0);
                    assertThat(table.add(remote, flow)).isTrue();
                    model.put(remote, flow);
                    known.add(remote);
                }
            } else if (!known.isEmpty()) {
                InetSocketAddress gone = known.get(random.nextInt(known.size()));
                table.remove(gone);
                model.remove(gone);
            }
            assertThat(table.get(remote)).as("seed %d, step %d", seed, i).isSameAs(model.get(remote));
        }
        for (InetSocketAddress remote : known) assertThat(table.get(remote)).isSameAs(model.get(remote));
    }

    @Test
    void strangers_are_limited_and_forgotten_while_owned_flows_stay() {
        InetSocketAddress owned = at("10.0.0.1", 5);
        assertThat(table.add(owned, flow(owned, this, 0))).isTrue();
        int strangers = 0;
        while (true) {
            InetSocketAddress remote = at("10.1." + (strangers >> 8) + "." + (strangers & 0xff), 5);
            if (!table.add(remote, flow(remote, null, 0))) break;
            strangers++;
        }
        assertThat(strangers).isEqualTo(4_096);
        InetSocketAddress late = at("10.2.0.1", 5);
        assertThat(table.add(late, flow(late, this, 0))).as("an owned one is still welcome").isTrue();
        table.age(21 * Time.SECOND);
        assertThat(table.get(at("10.1.0.0", 5))).isNull();
        assertThat(table.get(at("10.1.15.255", 5))).isNull();
        assertThat(table.get(owned)).isNotNull();
        InetSocketAddress next = at("10.3.0.1", 5);
        assertThat(table.add(next, flow(next, null, 21 * Time.SECOND))).isTrue();
    }

    @Test
    void ages_by_silence_in_both_families() {
        for (String address : new String[] {"10.0.0.1", "2001:db8::1"}) {
            InetSocketAddress silent = at(address, 1);
            InetSocketAddress lively = at(address, 2);
            table.add(silent, flow(silent, null, 0));
            table.add(lively, flow(lively, null, 10 * Time.SECOND));
        }
        table.age(21 * Time.SECOND);
        assertThat(table.get(at("10.0.0.1", 1))).isNull();
        assertThat(table.get(at("2001:db8::1", 1))).isNull();
        assertThat(table.get(at("10.0.0.1", 2))).isNotNull();
        assertThat(table.get(at("2001:db8::1", 2))).isNotNull();
    }

    @Test
    void a_stranger_that_was_removed_no_longer_counts() {
        for (int i = 0; i < 3 * 4_096; i++) {
            InetSocketAddress remote = at("10.1." + (i >> 8 & 0xff) + "." + (i & 0xff), 5);
            assertThat(table.add(remote, flow(remote, null, 0))).as("stranger %d", i).isTrue();
            table.remove(remote);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "192.168.1.7, 192.168.0.0/16, true", "192.169.1.7, 192.168.0.0/16, false", "10.1.2.3, 10.1.2.3, true",
                "10.1.2.4, 10.1.2.3/32, false",
        "10.1.2.3, 0.0.0.0/0, true", "10.255.0.0, 10.128.0.0/9, true", "10.127.0.0, 10.128.0.0/9, false",
                "2001:db8::5, 2001:db8::/32, true",
        "2001:db9::5, 2001:db8::/32, false", "10.1.2.3, ::/0, false"
    })
    void address_blocks(String address, String block, boolean inside) {
        assertThat(LocalAddresses.in(java.net.InetAddress.ofLiteral(address), block)).isEqualTo(inside);
    }
}
