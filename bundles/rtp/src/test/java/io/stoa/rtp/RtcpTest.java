package io.stoa.rtp;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static io.stoa.rtp.RtpViewTest.hex;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Bytes;
import io.stoa.base.Drop;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What the writer writes, the view reads; RFC 3550 section 6, RFC 4585 section 6. */
class RtcpTest {
    final RtcpWriter writer = new RtcpWriter();
    final RtcpView view = new RtcpView();

    void read() {
        assertThat(view.set(writer.bytes(), 0, writer.length())).isNull();
        assertThat(writer.length() % 4).isZero();
    }

    @Test
    void more_loss_can_be_told_than_there_was_but_not_less() {
        for (int least : new int[] {10, 200}) {
            writer.clear();
            var statistics = new ReceiveStatistics(48_000);
            for (int i = 0; i < 10; i++) if (i != 5) statistics.packet(i * 10 * MILLI, i, i * 480, 100);
            writer.receiverReport(7, 8, statistics, least, SECOND);
            read();
            assertThat(view.next()).isTrue();
            assertThat(view.blockFractionLost(0)).isEqualTo(least == 10 ? 25 : 200);
        }
    }

    @Test
    void a_compound_of_everything_comes_back() {
        var statistics = new ReceiveStatistics(90_000);
        for (int i = 0; i < 10; i++) if (i != 5) statistics.packet(i * 10 * MILLI, 65_536 + i, i * 900, 100);
        statistics.senderReport(SECOND, 0x0102030405060708L);
        writer.senderReport(1, 0x1122334455667788L, 99, 5, 500);
        writer.cname(1, "PA_x|TR_y".getBytes());
        writer.receiverReport(7, 8, statistics, SECOND + 500 * MILLI);
        writer.emptyReceiverReport(7);
        writer.pli(7, 8);
        writer.nack(7, 8, new int[] {10, 11, 26, 27, 65_535}, 5);
        read();

        assertThat(view.next()).isTrue();
        assertThat(view.type()).isEqualTo(RtcpView.SENDER_REPORT);
        assertThat(view.hasSenderInfo()).isTrue();
        assertThat(view.senderSsrc()).isEqualTo(1);
        assertThat(view.ntp()).isEqualTo(0x1122334455667788L);
        assertThat(view.rtpTimestamp()).isEqualTo(99);
        assertThat(view.blocks()).isZero();
        assertThat(view.next()).isTrue();
        assertThat(view.type()).isEqualTo(RtcpView.SDES);
        assertThat(view.next()).isTrue();
        assertThat(view.type()).isEqualTo(RtcpView.RECEIVER_REPORT);
        assertThat(view.blocks()).isEqualTo(1);
        assertThat(view.blockSsrc(0)).isEqualTo(8);
        assertThat(view.blockFractionLost(0)).isEqualTo(25);
        assertThat(view.blockHighest(0)).isEqualTo(65_545);
        assertThat(view.blockJitter(0)).isEqualTo(statistics.jitter());
        assertThat(view.blockLastSr(0)).isEqualTo(0x03040506);
        assertThat(view.blockDelaySinceLastSr(0)).isEqualTo(32_768);
        assertThat(view.next()).isTrue();
        assertThat(view.blocks()).isZero();
        assertThat(view.next()).isTrue();
        assertThat(view.type()).isEqualTo(RtcpView.PAYLOAD_FEEDBACK);
        assertThat(view.count()).isEqualTo(RtcpView.FMT_PLI);
        assertThat(view.mediaSsrc()).isEqualTo(8);
        assertThat(view.next()).isTrue();
        assertThat(view.count()).isEqualTo(RtcpView.FMT_NACK);
        assertThat(view.nackPairs()).isEqualTo(3);
        assertThat(view.nackPacketId(0)).isEqualTo(10);
        assertThat(view.nackMask(0)).isEqualTo(1 | 1 << 15);
        assertThat(view.nackPacketId(1)).isEqualTo(27);
        assertThat(view.nackPacketId(2)).isEqualTo(65_535);
        assertThat(view.next()).isFalse();
    }

    /** RFC 3550 section 6.5: every chunk ends with at least one null octet and on a 32-bit boundary. */
    @Test
    void names_of_any_length_end_as_they_should() {
        for (int length = 0; length < 60; length++) {
            writer.clear();
            writer.cname(1, new byte[length]);
            read();
            assertThat(writer.bytes()[9]).isEqualTo((byte) length);
            assertThat(writer.length() - 10 - length).isBetween(1, 4);
        }
    }

    @Test
    void nacks_ask_for_exactly_what_is_missing_also_over_the_wrap() {
        for (long seed = 0; seed < 300; seed++) {
            var random = new SplittableRandom(seed);
            Set<Integer> wanted = new TreeSet<>();
            int at = random.nextInt(65_536);
            int[] seqs = new int[1 + random.nextInt(100)];
            for (int i = 0; i < seqs.length; i++) {
                seqs[i] = at & 0xffff;
                wanted.add(seqs[i]);
                at += 1 + random.nextInt(random.nextBoolean() ? 3 : 40);
            }
            writer.clear();
            writer.nack(1, 2, seqs, seqs.length);
            read();
            view.next();
            Set<Integer> asked = new TreeSet<>();
            for (int i = 0; i < view.nackPairs(); i++) {
                asked.add(view.nackPacketId(i));
                for (int bit = 0; bit < 16; bit++) if ((view.nackMask(i) >> bit & 1) != 0) asked.add(view.nackPacketId(i) + bit + 1 & 0xffff);
            }
            assertThat(asked).as("seed %d", seed).isEqualTo(wanted);
        }
    }

    @Test
    void more_than_128_lost_can_be_told_and_more_received_than_expected_is_no_loss() {
        var statistics = new ReceiveStatistics(90_000);
        statistics.packet(0, 100, 0, 10);
        statistics.packet(0, 99, 0, 10);
        assertThat(statistics.lost()).isZero();
        assertThat(statistics.takeFractionLost()).isZero();
        statistics.packet(0, 1_099, 0, 10);
        assertThat(statistics.lost()).isEqualTo(998);
        assertThat(statistics.takeFractionLost()).isEqualTo(255);
        assertThat(statistics.takeFractionLost()).as("nothing since").isZero();
    }

    /** RFC 3550 appendix A.8: packets that take 10 ms longer and shorter in turns. */
    @Test
    void jitter_is_that_of_the_rfc() {
        var statistics = new ReceiveStatistics(90_000);
        double expected = 0;
        for (int i = 0; i < 200; i++) {
            statistics.packet(i * 20 * MILLI + i % 2 * 10 * MILLI, i, i * 1_800, 10);
            if (i > 0) expected += (900 - expected) / 16;
        }
        assertThat(statistics.jitter()).isBetween((long) expected - 2, (long) expected + 2);
    }

    @Test
    void malformed_compounds_have_a_name() {
        for (String bad : new String[] {"", "80", "80c8", "40c80000", "80c80001", "80c80006 00000001", "80c90000 00"}) {
            byte[] bytes = hex(bad);
            assertThat(view.set(bytes, 0, bytes.length)).as(bad).isEqualTo(Drop.RTCP_MALFORMED);
        }
    }

    @Test
    void counts_that_promise_too_much_are_cut() {
        byte[] report = new byte[8 + 24];
        report[0] = (byte) 0x9f;
        report[1] = (byte) RtcpView.RECEIVER_REPORT;
        Bytes.u16(report, 2, 7);
        assertThat(view.set(report, 0, report.length)).isNull();
        view.next();
        assertThat(view.blocks()).isEqualTo(1);
        byte[] feedback = hex("81ce0000");
        assertThat(view.set(feedback, 0, 4)).isNull();
        view.next();
        assertThat(view.hasMediaSsrc()).isFalse();
        assertThat(view.nackPairs()).isZero();
        assertThat(view.firEntries()).isZero();
    }

    private static byte[] remb(int exponent, int mantissa) {
        byte[] packet = new byte[24];
        packet[0] = (byte) 0x8f;
        packet[1] = (byte) 206;
        packet[3] = 5;
        System.arraycopy(new byte[] {'R', 'E', 'M', 'B', 1}, 0, packet, 12, 5);
        packet[17] = (byte) (exponent << 2 | mantissa >> 16);
        packet[18] = (byte) (mantissa >> 8);
        packet[19] = (byte) mantissa;
        return packet;
    }

    @Test
    void an_estimate_of_the_receiver_is_a_mantissa_and_an_exponent() {
        RtcpView view = new RtcpView();
        assertThat(view.set(remb(3, 125_000), 0, 24)).isNull();
        assertThat(view.next()).isTrue();
        assertThat(view.isRemb()).isTrue();
        assertThat(view.rembBps()).isEqualTo(1_000_000);
        view.set(remb(63, 0x3ffff), 0, 24);
        view.next();
        assertThat(view.rembBps()).as("more than fits").isEqualTo(Long.MAX_VALUE);
        view.set(remb(63, 0), 0, 24);
        view.next();
        assertThat(view.rembBps()).isZero();
        byte[] other = remb(3, 1);
        other[12] = 'X';
        view.set(other, 0, 24);
        view.next();
        assertThat(view.isRemb()).isFalse();
    }
}
