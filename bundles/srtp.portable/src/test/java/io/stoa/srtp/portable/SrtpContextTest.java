package io.stoa.srtp.portable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.base.Bytes;
import io.stoa.base.Drop;
import io.stoa.srtp.SrtpBatch;
import io.stoa.srtp.SrtpContext;
import io.stoa.srtp.SrtpEngine;
import io.stoa.srtp.SrtpProfile;
import io.stoa.srtp.SrtpSources;
import java.util.Arrays;
import java.util.Random;
import org.jitsi.srtp.crypto.Aes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Replay windows, limits and refusals of one direction. */
class SrtpContextTest {
    final Random random = new Random(11);
    final SrtpEngine engine = new PortableSrtpEngine();

    /** Both directions of one profile, with the other side played by the reference. */
    final class Line {
        final SrtpProfile profile;
        final ReferenceSrtp reference;
        final SrtpContext out;
        final SrtpContext in;

        Line(SrtpProfile profile) {
            this.profile = profile;
            byte[] key = random(profile.keyBytes);
            byte[] salt = random(profile.saltBytes);
            reference = new ReferenceSrtp(profile, key, salt);
            out = engine.outbound(profile, key, salt);
            in = engine.inbound(profile, key, salt);
        }

        /** What becomes of the packet of this index: null if it is read. */
        Drop arrives(long index, int ssrc) {
            byte[] bytes = reference.protectRtp(packet((int) index & 0xffff, ssrc), index);
            int result = in.unprotectRtp(bytes, 0, bytes.length);
            return result < 0 ? SrtpContext.dropOf(result) : null;
        }

        Drop reportArrives(int index, int ssrc) {
            byte[] bytes = reference.protectRtcp(report(ssrc), index);
            int result = in.unprotectRtcp(bytes, 0, bytes.length);
            return result < 0 ? SrtpContext.dropOf(result) : null;
        }
    }

    byte[] random(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    byte[] packet(int seq, int ssrc) {
        byte[] bytes = random(100);
        Bytes.i32(bytes, 0, 0x80600000 | seq);
        Bytes.i32(bytes, 8, ssrc);
        return bytes;
    }

    byte[] report(int ssrc) {
        byte[] bytes = random(28);
        Bytes.i32(bytes, 0, 0x80C80006);
        Bytes.i32(bytes, 4, ssrc);
        return bytes;
    }

    @ParameterizedTest
    @EnumSource(SrtpProfile.class)
    void the_replay_window_is_64_packets_wide_and_reaches_back_over_the_roll_over(SrtpProfile profile) {
        Line line = new Line(profile);
        assertThat(line.arrives(65_500, 7)).isNull();
        assertThat(line.arrives(65_536 + 10, 7)).isNull();
        assertThat(line.arrives(65_535, 7)).as("late, from before the roll-over").isNull();
        assertThat(line.arrives(65_535, 7)).isEqualTo(Drop.SRTP_REPLAY);
        assertThat(line.arrives(65_536 + 10, 7)).isEqualTo(Drop.SRTP_REPLAY);
        assertThat(line.arrives(65_536 + 10 - 63, 7)).isNull();
        assertThat(line.arrives(65_536 + 10 - 64, 7)).isEqualTo(Drop.SRTP_TOO_OLD);
        assertThat(line.arrives(65_536 + 11, 7)).isNull();
    }

    @ParameterizedTest
    @EnumSource(SrtpProfile.class)
    void reports_have_a_replay_window_of_their_own(SrtpProfile profile) {
        Line line = new Line(profile);
        assertThat(line.reportArrives(0, 7)).isNull();
        assertThat(line.reportArrives(0, 7)).isEqualTo(Drop.SRTP_REPLAY);
        assertThat(line.reportArrives(100, 7)).isNull();
        assertThat(line.reportArrives(99, 7)).isNull();
        assertThat(line.reportArrives(99, 7)).isEqualTo(Drop.SRTP_REPLAY);
        assertThat(line.reportArrives(36, 7)).isEqualTo(Drop.SRTP_TOO_OLD);
        assertThat(line.reportArrives(36, 8)).as("another source").isNull();
        assertThat(line.reportArrives(0x7fff_ffff, 7)).as("the last index").isNull();
    }

    @ParameterizedTest
    @EnumSource(SrtpProfile.class)
    void each_source_has_its_own_roll_over_counter(SrtpProfile profile) {
        Line line = new Line(profile);
        for (int i = 0; i < 200; i++) {
            assertThat(line.arrives(65_436 + i, 1)).isNull();
            assertThat(line.arrives(100 + i, 2)).isNull();
            assertThat(line.arrives(65_336 + 2L * i, 3)).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource(SrtpProfile.class)
    void a_forged_packet_neither_moves_the_window_nor_the_roll_over_counter(SrtpProfile profile) {
        Line line = new Line(profile);
        Line stranger = new Line(profile);
        assertThat(line.arrives(40_000, 7)).isNull();
        for (int seq : new int[] {40_001, 40_063, 40_500, 65_535, 0, 5_000, 40_000 - 40}) {
            byte[] forged = stranger.reference.protectRtp(packet(seq, 7), seq);
            assertThat(SrtpContext.dropOf(line.in.unprotectRtp(forged, 0, forged.length))).isEqualTo(Drop.SRTP_AUTHENTICATION);
        }
        assertThat(line.arrives(39_990, 7)).isNull();
        assertThat(line.arrives(40_001, 7)).isNull();
    }

    @ParameterizedTest
    @EnumSource(SrtpProfile.class)
    void forged_first_packets_leave_no_source_behind(SrtpProfile profile) {
        Line line = new Line(profile);
        Line stranger = new Line(profile);
        for (int ssrc = 0; ssrc < 2 * SrtpSources.MAX; ssrc++) {
            byte[] forged = stranger.reference.protectRtp(packet(60_000, ssrc), 60_000);
            assertThat(SrtpContext.dropOf(line.in.unprotectRtp(forged, 0, forged.length))).isEqualTo(Drop.SRTP_AUTHENTICATION);
        }
        assertThat(line.arrives(5, 7)).as("its first sequence number was not taken from the forgery").isNull();
        assertThat(line.arrives(6, 7)).isNull();
    }

    @Test
    void authentic_sources_beyond_the_limit_are_refused_and_the_others_go_on() {
        Line line = new Line(SrtpProfile.AEAD_AES_128_GCM);
        for (int ssrc = 0; ssrc < SrtpSources.MAX; ssrc++) {
            assertThat(line.arrives(1, ssrc)).isNull();
            assertThat(line.reportArrives(1, ssrc)).isNull();
        }
        assertThat(line.arrives(1, 5_000)).isEqualTo(Drop.RTP_SSRC_LIMIT);
        assertThat(line.reportArrives(1, 5_000)).isEqualTo(Drop.RTP_SSRC_LIMIT);
        assertThat(line.arrives(2, 0)).isNull();
        assertThat(line.arrives(2, SrtpSources.MAX - 1)).isNull();
        assertThat(line.reportArrives(2, SrtpSources.MAX - 1)).isNull();
    }

    @ParameterizedTest
    @EnumSource(SrtpProfile.class)
    void a_batch_gives_what_single_calls_give_and_marks_what_is_no_packet(SrtpProfile profile) {
        Line one = new Line(profile);
        Line two = new Line(profile);
        byte[] slab = new byte[8 * 256];
        SrtpBatch batch = new SrtpBatch(slab, 8);
        byte[][] packets = new byte[8][];
        for (int i = 0; i < 8; i++) {
            packets[i] = packet(i, i % 3);
            System.arraycopy(packets[i], 0, slab, i * 256, 100);
            batch.add(i % 2 == 0 ? one.out : two.out, i * 256, i == 5 ? 11 : 100);
        }
        engine.protect(batch);
        for (int i = 0; i < 8; i++) {
            byte[] expected = (i % 2 == 0 ? one : two).reference.protectRtp(packets[i], i);
            if (i == 5) assertThat(batch.length(i)).isEqualTo(-1);
            else assertThat(Arrays.copyOfRange(slab, i * 256, i * 256 + batch.length(i))).isEqualTo(expected);
        }
        batch.clear();
        assertThat(batch.size()).isZero();
    }

    @ParameterizedTest
    @EnumSource(SrtpProfile.class)
    void what_is_too_short_is_malformed_whatever_lies_around_it(SrtpProfile profile) {
        Line line = new Line(profile);
        byte[] slab = random(512);
        slab[100] = (byte) 0x80;
        for (int length = 0; length < 12; length++) {
            assertThat(SrtpContext.dropOf(line.in.unprotectRtp(slab, 100, length))).isEqualTo(Drop.SRTP_MALFORMED);
            assertThat(SrtpContext.dropOf(line.in.unprotectRtcp(slab, 100, length))).isEqualTo(Drop.SRTP_MALFORMED);
            assertThat(line.out.protectRtp(slab, 100, length)).isEqualTo(-1);
        }
    }

    @Test
    void keys_of_the_wrong_length_are_a_mistake_of_the_caller() {
        assertThatThrownBy(() -> engine.outbound(SrtpProfile.AEAD_AES_256_GCM, new byte[16], new byte[12]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("AEAD_AES_256_GCM");
        assertThatThrownBy(() -> engine.inbound(SrtpProfile.AES128_CM_HMAC_SHA1_80, new byte[16], new byte[12]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void the_ciphers_are_those_of_the_jdk() {
        assertThat(Aes.createCipher("AES/GCM/NoPadding").getProvider().getName()).isEqualTo("SunJCE");
        assertThat(Aes.createCipher("AES/CTR/NoPadding").getProvider().getName()).isEqualTo("SunJCE");
    }

    // Protection that fails must never look as if it had worked: what "succeeds" unchanged goes to the network in the clear.

    @ParameterizedTest
    @EnumSource(SrtpProfile.class)
    void the_same_packet_twice_in_a_row_is_protected_twice(SrtpProfile profile) {
        Line line = new Line(profile);
        byte[] plain = packet(5, 7);
        byte[] expected = line.reference.protectRtp(plain, 5);
        for (int i = 0; i < 2; i++) {
            byte[] bytes = Arrays.copyOf(plain, 100 + SrtpContext.OVERHEAD);
            int length = line.out.protectRtp(bytes, 0, 100);
            assertThat(Arrays.copyOf(bytes, Math.max(0, length))).as("time %d", i + 1).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @EnumSource(SrtpProfile.class)
    void another_packet_under_a_used_number_never_leaves_in_the_clear(SrtpProfile profile) {
        Line line = new Line(profile);
        byte[] first = Arrays.copyOf(packet(5, 7), 100 + SrtpContext.OVERHEAD);
        line.out.protectRtp(first, 0, 100);
        byte[] second = Arrays.copyOf(packet(5, 7), 100 + SrtpContext.OVERHEAD);
        byte[] payload = Arrays.copyOfRange(second, 12, 100);
        int length = line.out.protectRtp(second, 0, 100);
        if (length >= 0) assertThat(Arrays.copyOfRange(second, 12, 100)).isNotEqualTo(payload);
    }

    @ParameterizedTest
    @EnumSource(SrtpProfile.class)
    void without_room_for_the_tag_nothing_is_protected_and_the_result_says_so(SrtpProfile profile) {
        Line line = new Line(profile);
        byte[] plain = packet(5, 7);
        byte[] bytes = plain.clone();
        int length;
        try {
            length = line.out.protectRtp(bytes, 0, bytes.length);
        } catch (IllegalStateException | IllegalArgumentException | IndexOutOfBoundsException e) {
            return; // the caller's mistake may be told as such
        }
        assertThat(length).isEqualTo(-1);
    }

    @ParameterizedTest
    @EnumSource(SrtpProfile.class)
    void a_header_that_is_longer_than_its_packet_cannot_be_protected(SrtpProfile profile) {
        Line line = new Line(profile);
        byte[] bytes = Arrays.copyOf(packet(5, 7), 100 + SrtpContext.OVERHEAD);
        bytes[0] = (byte) 0x90;
        Bytes.u16(bytes, 14, 500);
        assertThat(line.out.protectRtp(bytes, 0, 100)).isEqualTo(-1);
        bytes[0] = (byte) 0x8f;
        assertThat(line.out.protectRtp(bytes, 0, 60)).isEqualTo(-1);
    }
}
