package io.stoa.rtp;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Drop;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** RFC 3550 section 5.1, RFC 8285, RFC 4588. */
class RtpViewTest {
    final RtpView view = new RtpView();

    static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replace(" ", ""));
    }

    Drop set(String text) {
        byte[] bytes = hex(text);
        return view.set(bytes, 0, bytes.length);
    }

    @Test
    void fields_of_a_plain_packet() {
        assertThat(set("80 e0 1234 89abcdef deadbeef 0102030405")).isNull();
        assertThat(view.marker()).isTrue();
        assertThat(view.payloadType()).isEqualTo(96);
        assertThat(view.seq()).isEqualTo(0x1234);
        assertThat(view.timestamp()).isEqualTo(0x89abcdef);
        assertThat(view.ssrc()).isEqualTo(0xdeadbeef);
        assertThat(view.payloadOffset()).isEqualTo(12);
        assertThat(view.payloadLength()).isEqualTo(5);
        assertThat(view.extensionOffset(1)).isEqualTo(-1);
    }

    @Test
    void contributing_sources_and_padding_are_not_payload() {
        assertThat(set("a2 60 0001 00000002 00000003 11111111 22222222 aabb 000003")).isNull();
        assertThat(view.payloadOffset()).isEqualTo(20);
        assertThat(view.payloadLength()).isEqualTo(2);
        assertThat(set("a0 60 0001 00000002 00000003 000003")).isNull();
        assertThat(view.payloadLength()).isZero();
    }

    @Test
    void one_byte_extensions_with_padding_between() {
        assertThat(set("90 60 0001 00000002 00000003 bede 0003 10aa 00 32bbccdd 00 51 0102 00 ff")).isNull();
        assertThat(view.extensionOffset(1)).isEqualTo(17);
        assertThat(view.extensionLength()).isEqualTo(1);
        assertThat(view.extensionOffset(3)).isEqualTo(20);
        assertThat(view.extensionLength()).isEqualTo(3);
        assertThat(view.extensionOffset(5)).isEqualTo(25);
        assertThat(view.extensionLength()).isEqualTo(2);
        assertThat(view.extensionOffset(2)).isEqualTo(-1);
        assertThat(view.extensionOffset(0)).isEqualTo(-1);
        assertThat(view.payloadLength()).isEqualTo(1);
    }

    @Test
    void id_fifteen_of_the_one_byte_form_ends_the_list() {
        assertThat(set("90 60 0001 00000002 00000003 bede 0001 f0aa 10bb")).isNull();
        assertThat(view.extensionOffset(1)).isEqualTo(-1);
    }

    @Test
    void two_byte_extensions_may_be_empty_and_long() {
        assertThat(set("90 60 0001 00000002 00000003 1000 0002 0100 0e02 6162 0000")).isNull();
        assertThat(view.extensionOffset(1)).isEqualTo(18);
        assertThat(view.extensionLength()).isZero();
        assertThat(view.extensionText(14)).isEqualTo("ab");
        assertThat(view.extensionOffset(3)).isEqualTo(-1);
    }

    @Test
    void an_extension_that_reaches_behind_the_block_is_not_there() {
        assertThat(set("90 60 0001 00000002 00000003 bede 0001 1faabbcc 00")).isNull();
        assertThat(view.extensionOffset(1)).isEqualTo(-1);
        assertThat(set("90 60 0001 00000002 00000003 1000 0001 01ffaabb 00")).isNull();
        assertThat(view.extensionOffset(1)).isEqualTo(-1);
        assertThat(set("90 60 0001 00000002 00000003 abcd 0001 10aabbcc 00")).as("another profile").isNull();
        assertThat(view.extensionOffset(1)).isEqualTo(-1);
    }

    @Test
    void what_is_wrong_has_a_name() {
        assertThat(set("80 60 0001 00000002 000000")).isEqualTo(Drop.TRUNCATED);
        assertThat(set("40 60 0001 00000002 00000003")).isEqualTo(Drop.RTP_BAD_VERSION);
        assertThat(set("8f 60 0001 00000002 00000003 00000001")).isEqualTo(Drop.TRUNCATED);
        assertThat(set("90 60 0001 00000002 00000003 bede")).isEqualTo(Drop.RTP_BAD_EXTENSION);
        assertThat(set("90 60 0001 00000002 00000003 bede ffff")).isEqualTo(Drop.RTP_BAD_EXTENSION);
        assertThat(set("a0 60 0001 00000002 00000003 aa00")).isEqualTo(Drop.RTP_BAD_PADDING);
        assertThat(set("a0 60 0001 00000002 00000003 aa03")).isEqualTo(Drop.RTP_BAD_PADDING);
    }

    @Test
    void a_retransmission_becomes_the_original_in_place() {
        byte[] bytes = hex("0000 b0 e1 7777 00000002 0000cafe bede 0001 10aa0000 1234 0102 0002");
        assertThat(view.set(bytes, 2, bytes.length - 2)).isNull();
        assertThat(view.unwrapRtx(0xbeef, 96)).isNull();
        assertThat(view.seq()).isEqualTo(0x1234);
        assertThat(view.ssrc()).isEqualTo(0xbeef);
        assertThat(view.payloadType()).isEqualTo(96);
        assertThat(view.marker()).isTrue();
        assertThat(view.timestamp()).isEqualTo(2);
        assertThat(Arrays.copyOfRange(bytes, view.payloadOffset(), view.payloadOffset() + view.payloadLength())).isEqualTo(hex("0102"));
        assertThat(bytes[view.extensionOffset(1)]).isEqualTo((byte) 0xaa);
    }

    @Test
    void a_retransmission_without_a_number_is_none() {
        assertThat(set("a0 61 0001 00000002 00000003 12 000003")).isNull();
        assertThat(view.unwrapRtx(1, 96)).isEqualTo(Drop.RTX_MALFORMED);
    }
}
