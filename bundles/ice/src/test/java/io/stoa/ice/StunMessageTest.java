package io.stoa.ice;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Bytes;
import io.stoa.base.Drop;
import io.stoa.base.TransportAddress;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Binding messages against RFC 5769 and against an encoder that shares nothing with ours. */
class StunMessageTest {
    private static final String PASSWORD = "VOkJxbRl1RmTxUk/WvJxBt";
    private static final byte[] TRANSACTION = hex("b7e7a701bc34d686fa87dfae");

    /** RFC 5769 section 2.2: 192.0.2.1, port 32853. */
    private static final byte[] IPV4_RESPONSE = hex("0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112a643"
            + "000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96");

    /** RFC 5769 section 2.3: 2001:db8:1234:5678:11:2233:4455:6677, port 32853. */
    private static final byte[] IPV6_RESPONSE = hex("010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220"
            + "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d900080014a382954e4be67bf11784c97c8292c275bfe3ed4180280004c8fb0b4c");

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    @Test
    void the_published_responses_are_read_and_verified() {
        for (byte[] response : new byte[][] {IPV4_RESPONSE, IPV6_RESPONSE}) {
            var decoded = new Stun().decode(response, 0, response.length);
            assertThat(decoded.drop()).isNull();
            assertThat(decoded.message().kind()).isEqualTo((char) RawStun.SUCCESS);
            assertThat(decoded.message().transaction()).isEqualTo(TRANSACTION);
            assertThat(integrityFits(response, 0, response.length, PASSWORD)).isTrue();
            assertThat(StunPeek.localUfrag(response, 0, response.length)).as("a response is for nobody by name").isNull();
        }
    }

    @Test
    void the_ipv4_address_in_our_answers_is_masked_as_published() {
        byte[] four = new Stun().success(TRANSACTION, TransportAddress.of("192.0.2.1", 32_853), PASSWORD);
        assertThat(mapped(four)).isEqualTo(mapped(IPV4_RESPONSE)).hasSize(8);
    }

    private static byte[] mapped(byte[] message) {
        int at = StunPeek.find(message, 0, message.length, 0x0020);
        return Arrays.copyOfRange(message, at + 4, at + 4 + Bytes.u16(message, at + 2));
    }

    @Test
    void every_single_flipped_bit_of_a_published_message_is_noticed() {
        int fingerprint = IPV4_RESPONSE.length - 8;
        for (int bit = 0; bit < IPV4_RESPONSE.length * 8; bit++) {
            if (bit / 8 == fingerprint || bit / 8 == fingerprint + 1) continue; // another type: an unknown attribute in its place
            byte[] flipped = IPV4_RESPONSE.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            var decoded = new Stun().decode(flipped, 0, flipped.length);
            boolean refused = decoded.drop() != null || !integrityFits(flipped, 0, flipped.length, PASSWORD);
            assertThat(refused).as("bit %d", bit).isTrue();
        }
    }

    @Test
    void our_request_is_byte_for_byte_what_the_standard_says() {
        for (boolean controlling : new boolean[] {true, false}) {
            byte[] ours = new Stun().request(TRANSACTION, "their:ourselves", PASSWORD, 0x6e00_01ffL, controlling, 0x1234_5678_9abc_def1L, controlling);
            byte[] expected = RawStun.message(RawStun.REQUEST, TRANSACTION)
                    .username("their:ourselves")
                    .priority(0x6e00_01ffL)
                    .role(controlling ? RawStun.CONTROLLING : RawStun.CONTROLLED, 0x1234_5678_9abc_def1L)
                    .nominating(controlling)
                    .integrity(PASSWORD)
                    .fingerprint()
                    .bytes();
            assertThat(ours).isEqualTo(expected);
        }
    }

    @Test
    void our_errors_are_sealed_too() {
        byte[] error = new Stun().error(TRANSACTION, 487, "Role Conflict", PASSWORD);
        var decoded = new Stun().decode(error, 0, error.length);
        assertThat(decoded.message().kind()).isEqualTo((char) RawStun.ERROR);
        assertThat(decoded.message().errorCode()).isEqualTo(487);
        assertThat(integrityFits(error, 0, error.length, PASSWORD)).isTrue();
    }

    /** RFC 8489 section 14.5: what stands behind the integrity is nobody's word. */
    @Test
    void what_stands_behind_the_integrity_does_not_count() {
        byte[] appended = RawStun.message(RawStun.REQUEST, TRANSACTION)
                .priority(5)
                .integrity(PASSWORD)
                .username("us:them")
                .priority(99)
                .role(RawStun.CONTROLLING, 7)
                .nominating(true)
                .fingerprint()
                .bytes();
        var message = new Stun().decode(appended, 0, appended.length).message();
        assertThat(message.priority()).isEqualTo(5);
        assertThat(message.username()).isEmpty();
        assertThat(message.hasRole()).isFalse();
        assertThat(message.useCandidate()).isFalse();
    }

    @Test
    void attributes_of_browsers_that_we_do_not_know_are_passed_over() {
        byte[] chromium = RawStun.message(RawStun.REQUEST, TRANSACTION)
                .username("us:them")
                .with(0xc057, (byte) 0, (byte) 1, (byte) 0, (byte) 50) // network id and cost
                .role(RawStun.CONTROLLING, 7)
                .nominating(true)
                .with(0xc001, (byte) 0, (byte) 0, (byte) 0, (byte) 3) // nomination counter
                .priority(0x6e7f_1eff)
                .integrity(PASSWORD)
                .fingerprint()
                .bytes();
        var decoded = new Stun().decode(chromium, 0, chromium.length);
        assertThat(decoded.drop()).isNull();
        assertThat(decoded.message().useCandidate()).isTrue();
        assertThat(decoded.message().priority()).isEqualTo(0x6e7f_1eff);
        assertThat(integrityFits(chromium, 0, chromium.length, PASSWORD)).isTrue();
    }

    @Test
    void a_message_in_the_middle_of_a_slab_is_read_in_place() {
        byte[] message = RawStun.message(RawStun.REQUEST, TRANSACTION).username("mine:theirs").integrity(PASSWORD).fingerprint().bytes();
        byte[] slab = new byte[message.length + 100];
        Arrays.fill(slab, (byte) 0xa5);
        System.arraycopy(message, 0, slab, 37, message.length);
        byte[] before = slab.clone();
        assertThat(StunPeek.localUfrag(slab, 37, message.length)).isEqualTo("mine");
        assertThat(new Stun().decode(slab, 37, message.length).message().username()).isEqualTo("mine:theirs");
        assertThat(integrityFits(slab, 37, message.length, PASSWORD)).isTrue();
        assertThat(slab).isEqualTo(before);
    }

    @Test
    void a_wrong_checksum_and_a_message_cut_short_have_their_names() {
        byte[] good = RawStun.message(RawStun.REQUEST, TRANSACTION).username("a:b").integrity(PASSWORD).fingerprint().bytes();
        byte[] wrong = good.clone();
        wrong[wrong.length - 1] ^= 1;
        assertThat(new Stun().decode(wrong, 0, wrong.length).drop()).isEqualTo(Drop.STUN_BAD_FINGERPRINT);
        for (int length = 0; length < good.length; length++)
            assertThat(new Stun().decode(good, 0, length).drop()).as("%d bytes", length).isEqualTo(Drop.STUN_MALFORMED);
        byte[] behind = RawStun.message(RawStun.REQUEST, TRANSACTION).username("a:b").fingerprint().priority(1).bytes();
        assertThat(new Stun().decode(behind, 0, behind.length).drop()).as("the checksum is the last attribute").isEqualTo(Drop.STUN_BAD_FINGERPRINT);
    }

    /** RFC 7983: STUN shares its port with DTLS (20 to 63) and RTP (128 to 191). */
    @ParameterizedTest
    @ValueSource(ints = {22, 23, 64, 128, 144, 191, 255})
    void first_bytes_of_other_protocols_are_not_stun(int first) {
        byte[] bytes = RawStun.message(RawStun.REQUEST, TRANSACTION).username("a:b").bytes();
        bytes[0] = (byte) first;
        assertThat(StunPeek.localUfrag(bytes, 0, bytes.length)).isNull();
    }

    @Test
    void names_without_a_colon_or_without_an_end_are_nobodys() {
        byte[] plain = RawStun.message(RawStun.REQUEST, TRANSACTION).username("nocolon").bytes();
        assertThat(StunPeek.localUfrag(plain, 0, plain.length)).isNull();
        byte[] overlong = RawStun.message(RawStun.REQUEST, TRANSACTION).username("a:b").bytes();
        overlong[23] = (byte) 200;
        assertThat(StunPeek.localUfrag(overlong, 0, overlong.length)).isNull();
    }

    @Test
    void what_says_the_same_again_is_told_from_what_only_looks_like_it() {
        Stun stun = new Stun();
        byte[] other = TRANSACTION.clone();
        other[11]++;
        byte[][] alike = {
            stun.request(TRANSACTION, "mine:theirs", PASSWORD, 5, true, 77, false),
            stun.request(other, "mine:theirs", PASSWORD, 5, true, 77, false),
            stun.request(TRANSACTION, "mine:theirs", PASSWORD, 5, true, 77, true),
            stun.request(TRANSACTION, "mine:theirs", PASSWORD, 6, true, 77, false),
            stun.request(TRANSACTION, "mine:thiers", PASSWORD, 6, true, 77, false),
            stun.request(TRANSACTION, "mine:thiers", PASSWORD, 6, false, 77, false),
            stun.success(TRANSACTION, TransportAddress.of("192.0.2.1", 1), PASSWORD),
            stun.success(other, TransportAddress.of("192.0.2.1", 1), PASSWORD),
            stun.error(other, 487, "Role Conflict", PASSWORD),
            stun.request(other, "mine:theirs", "another", 5, true, 77, false),
        };
        for (int round = 0; round < 2; round++)
            for (byte[] message : alike) {
                Stun.Received fresh = new Stun().decode(message, 0, message.length).message();
                assertThat(stun.decode(message, 0, message.length).message()).usingRecursiveComparison().isEqualTo(fresh);
                assertThat(stun.integrityFits(PASSWORD)).isEqualTo(message != alike[9]);
                assertThat(stun.decode(message, 0, message.length).message()).as("at once again").usingRecursiveComparison().isEqualTo(fresh);
            }
    }

    static boolean integrityFits(byte[] bytes, int offset, int length, String password) {
        Stun stun = new Stun();
        return stun.decode(bytes, offset, length).drop() == null && stun.integrityFits(password);
    }
}
