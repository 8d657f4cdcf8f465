package io.stoa.dtls;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Bytes;
import io.stoa.base.Drop;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Application data after the handshake: on the owner's thread, record by record, whatever strangers throw in (RFC 6347 section
 * 4.1.2.7).
 */
class DtlsDataTest {
    static final int HEADER = 13;

    Link link;

    @BeforeEach
    void connect() throws InterruptedException {
        link = Link.fresh().start().connected();
    }

    @Test
    void data_is_delivered_within_the_call_that_brings_it() {
        link.server.hear(link.client.sealed("now"));
        assertThat(link.server.received).containsExactly("now");
    }

    @Test
    void records_may_be_reordered_and_are_delivered_once() {
        byte[] one = link.client.sealed("one");
        byte[] two = link.client.sealed("two");
        link.server.hear(two);
        link.server.hear(one);
        link.server.hear(two);
        link.server.hear(one);
        assertThat(link.server.received).containsExactly("two", "one");
    }

    @Test
    void several_records_may_share_a_datagram() {
        link.server.hear(joined(link.client.sealed("one"), link.client.sealed("two"), link.client.sealed("three")));
        assertThat(link.server.received).containsExactly("one", "two", "three");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 1_200, 1_400})
    void a_packet_travels_in_one_datagram(int size) {
        String text = "x".repeat(size);
        link.client.say(text);
        assertThat(link.client.sent).hasSize(1);
        link.exchange();
        assertThat(link.server.received).containsExactly(text);
    }

    @Test
    void closing_tells_the_other_side_once_and_ends_both() {
        link.client.dtls.close();
        link.exchange();
        assertThat(link.server.closings).isEqualTo(1);
        assertThat(link.client.closings).isZero();
        link.server.say("into the void");
        link.client.say("into the void");
        link.client.dtls.close();
        link.server.dtls.close();
        link.exchange();
        assertThat(link.server.received).isEmpty();
        assertThat(link.client.received).isEmpty();
        assertThat(link.server.closings).isEqualTo(1);
    }

    @Test
    void a_handler_may_answer_or_close_from_within() {
        link.server.onData = text -> {
            if (text.equals("bye")) link.server.dtls.close();
            else link.server.say("re: " + text);
        };
        link.server.hear(joined(link.client.sealed("one"), link.client.sealed("two"), link.client.sealed("bye"),
                link.client.sealed("late")));
        assertThat(link.server.received).containsExactly("one", "two", "bye");
        link.exchange();
        assertThat(link.client.received).containsExactly("re: one", "re: two");
        assertThat(link.client.closings).isEqualTo(1);
    }

    @Test
    void a_record_with_a_flipped_bit_is_ignored() {
        byte[] good = link.client.sealed("good");
        for (int bit = HEADER * 8; bit < good.length * 8; bit++) {
            byte[] bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            link.server.hear(bad);
        }
        link.server.hear(good);
        assertThat(link.server.received).containsExactly("good");
    }

    @Test
    void a_forged_record_of_any_length_is_ignored() {
        for (int length = 0; length < 100; length++) {
            link.server.hear(forged(23, 1, 1_000 + length, length));
            link.server.hear(forged(21, 1, 2_000 + length, length));
            link.server.hear(forged(22, 1, 3_000 + length, length));
            link.server.hear(forged(22, 0, 3_000 + length, length));
        }
        link.server.hear(link.client.sealed("good"));
        assertThat(link.server.outcome).isEqualTo("connected");
        assertThat(link.server.received).containsExactly("good");
    }

    @Test
    void an_alert_in_the_clear_does_not_end_the_connection() {
        byte[] alert = forged(21, 0, 77, 2);
        alert[HEADER] = 2;
        alert[HEADER + 1] = 40;
        link.server.hear(alert);
        alert[HEADER] = 1;
        alert[HEADER + 1] = 0;
        link.server.hear(alert);
        link.server.hear(link.client.sealed("good"));
        assertThat(link.server.received).containsExactly("good");
    }

    @Test
    void a_bad_record_does_not_hold_up_the_good_one_behind_it() {
        byte[] bad = link.client.sealed("bad");
        bad[bad.length - 1] ^= 1;
        link.server.hear(joined(bad, link.client.sealed("good")));
        assertThat(link.server.received).containsExactly("good");
    }

    @Test
    void what_is_no_record_or_not_authentic_has_a_name() {
        byte[] bad = link.client.sealed("bad");
        bad[bad.length - 1] ^= 1;
        link.server.hear(bad);
        assertThat(link.server.dtls.drops().get(Drop.DTLS_BAD_RECORD)).isEqualTo(1);
        link.server.hear(new byte[] {23, (byte) 0xfe, (byte) 0xfd, 0, 1});
        assertThat(link.server.dtls.drops().get(Drop.DTLS_MALFORMED)).isEqualTo(1);
        link.server.hear(Arrays.copyOf(link.client.sealed("cut short"), 30));
        assertThat(link.server.dtls.drops().get(Drop.DTLS_MALFORMED)).isEqualTo(2);
    }

    static byte[] forged(int type, int epoch, int sequence, int length) {
        byte[] record = new byte[HEADER + length];
        record[0] = (byte) type;
        Bytes.u16(record, 1, 0xfefd);
        Bytes.u16(record, 3, epoch);
        Bytes.i32(record, 7, sequence);
        Bytes.u16(record, 11, length);
        return record;
    }

    static byte[] joined(byte[]... records) {
        int length = Arrays.stream(records).mapToInt(r -> r.length).sum();
        byte[] datagram = new byte[length];
        int at = 0;
        for (byte[] record : records) {
            System.arraycopy(record, 0, datagram, at, record.length);
            at += record.length;
        }
        return datagram;
    }
}
