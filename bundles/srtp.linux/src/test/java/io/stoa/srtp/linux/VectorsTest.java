package io.stoa.srtp.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Bytes;
import io.stoa.srtp.SrtpContext;
import io.stoa.srtp.SrtpTrial;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The published vectors, put to the ciphers of this engine. */
class VectorsTest {
    static final String GALLIA = "8040f17b 8041f8d3 5501a0b2 47616c6c 69612065 7374206f 6d6e6973 20646976 69736120 696e2070"
            + "61727465 73207472 6573";
    static final String REPORT = "81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61"
            + "deadbeef deadbeef deadbeef deadbeef deadbeef";
    static final byte[] SALT = hex("517569642070726f2071756f");
    static final byte[] KEY_128 = hex("000102030405060708090a0b0c0d0e0f");
    static final byte[] KEY_256 = hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");

    final AtomicInteger open = new AtomicInteger();
    final Staging staging = new Staging();

    static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replaceAll("\\s", ""));
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void counter_mode_keystream_of_rfc_3711_appendix_b_2() {
        EvpCipher cipher = new EvpCipher(Algorithm.AES_128_CTR, hex("2b7e151628aed2a6abf7158809cf4f3c"), true, open);
        byte[] stream = new byte[0xff02 * 16];
        MemorySegment here = staging.of(stream, 0, stream.length, 0);
        assertThat(cipher.begin(here, hex("f0f1f2f3f4f5f6f7f8f9fafbfcfd0000"))).isTrue();
        assertThat(cipher.text(here, 0, stream.length)).isTrue();
        Staging.take(here, Staging.PACKET, stream, 0, stream.length);
        assertThat(hex(Arrays.copyOf(stream, 48)))
                .isEqualTo("e03ead0935c95e80e166b16dd92b4eb4" + "d23513162b02d0f72a43a2fe4a5f97ab" + "41e95b3bb0a2e8dd477901e4fca894c0");
        assertThat(hex(Arrays.copyOfRange(stream, 0xfeff * 16, 0xff02 * 16)))
                .isEqualTo("ec8cdf7398607cb0f2d21675ea9ea1e4" + "362b7c3c6773516318a077d7fc5073ae" + "6a2cc3787889374fbeb4c81b17ba6c44");
        cipher.close();
    }

    @Test
    void key_derivation_of_rfc_3711_appendix_b_3() {
        byte[] salt = hex("0ec675ad498afeebb6960b3aabe6");
        EvpCipher cipher = new EvpCipher(Algorithm.AES_128_CTR, hex("e1f97a0d3e018be0d64fa32c06de4139"), true, open);
        assertThat(hex(SessionKeys.derive(cipher, salt, 0, 16, staging))).isEqualTo("c61e7a93744f39ee10734afe3ff7a087");
        assertThat(hex(SessionKeys.derive(cipher, salt, 2, 14, staging))).isEqualTo("30cbbc08863d8c85d49db34a9ae1");
        assertThat(hex(SessionKeys.derive(cipher, salt, 1, 94, staging))).isEqualTo("cebe321f6ff7716b6fd4ab49af256a15"
                + "6d38baa48f0a0acf3c34e2359e6cdbce" + "e049646c43d9327ad175578ef7227098" + "6371c10c9a369ac2f94a8c5fbcdddc25"
                + "6d6e919a48b610ef17c2041e47403576" + "6b68642c59bbfc2f34db60dbdfb2");
        cipher.close();
    }

    @Test
    void key_derivation_with_aes_256_of_rfc_6188_section_7_2() {
        byte[] salt = hex("3b04803de51ee7c96423ab5b78d2");
        EvpCipher cipher = new EvpCipher(
                Algorithm.AES_256_CTR, hex("f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6"), true, open);
        assertThat(hex(SessionKeys.derive(cipher, salt, 0, 32, staging))).isEqualTo("5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4");
        assertThat(hex(SessionKeys.derive(cipher, salt, 2, 14, staging))).isEqualTo("fa31791685ca444a9e07c6c64e93");
        cipher.close();
    }

    private AeadCipher aead(Algorithm algorithm, byte[] key, boolean encrypt) {
        return new AeadCipher(algorithm, new SessionKeys(key.clone(), new byte[0], SALT.clone()), encrypt, open, staging);
    }

    private String rtp(Algorithm algorithm, byte[] key) {
        byte[] plain = hex(GALLIA);
        byte[] packet = Arrays.copyOf(plain, plain.length + 16);
        assertThat(aead(algorithm, key, true).protectRtp(packet, 0, 12, plain.length, Bytes.i32(packet, 8), 0xf17b)).isTrue();
        String sealed = hex(packet).substring(24);
        assertThat(aead(algorithm, key, false).unprotectRtp(packet, 0, 12, plain.length, Bytes.i32(packet, 8), 0xf17b)).isTrue();
        assertThat(Arrays.copyOf(packet, plain.length)).isEqualTo(plain);
        return sealed;
    }

    @Test
    void rtp_with_aes_128_gcm_of_rfc_7714_section_16_1() {
        assertThat(rtp(Algorithm.AES_128_GCM, KEY_128)).isEqualTo("f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833"
                + "899d7f27beb16a9152cf765ee4390cce");
    }

    @Test
    void rtp_with_aes_256_gcm_of_rfc_7714_section_16_2() {
        assertThat(rtp(Algorithm.AES_256_GCM, KEY_256)).isEqualTo("32b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f1ba63799b87b"
                + "7aa3db36dfffd6b0f9bb7878d7a76c13");
    }

    @Test
    void rtcp_with_aes_128_gcm_of_rfc_7714_section_17_1() {
        byte[] plain = hex(REPORT);
        byte[] packet = Arrays.copyOf(plain, plain.length + 20);
        assertThat(aead(Algorithm.AES_128_GCM, KEY_128, true).protectRtcp(packet, 0, plain.length, Bytes.i32(packet, 4), 0x800005d4)).isTrue();
        assertThat(hex(packet).substring(16)).isEqualTo("63e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded0bb9275b"
                + "c84aa45896cf4d2fc5abf87245d9eade" + "800005d4");
        assertThat(aead(Algorithm.AES_128_GCM, KEY_128, false).unprotectRtcp(packet, 0, plain.length, Bytes.i32(packet, 4), 0x800005d4)).isTrue();
        assertThat(Arrays.copyOf(packet, plain.length)).isEqualTo(plain);
    }

    /** Authentic, and in the clear: the tag is over everything in front of it, and the trailer. */
    @Test
    void rtcp_that_is_only_authenticated_by_rfc_7714_section_17_3() {
        byte[] packet = hex(REPORT + "841dd968 3dd78ec9 2ae58790 125f62b3 000005d4");
        byte[] before = packet.clone();
        int plain = packet.length - 20;
        assertThat(aead(Algorithm.AES_128_GCM, KEY_128, false).unprotectRtcp(packet, 0, plain, Bytes.i32(packet, 4), 0x5d4)).isTrue();
        assertThat(packet).isEqualTo(before);
        packet[10] ^= 1;
        assertThat(aead(Algorithm.AES_128_GCM, KEY_128, false).unprotectRtcp(packet, 0, plain, Bytes.i32(packet, 4), 0x5d4)).isFalse();
    }

    @Test
    void hmac_sha1_of_rfc_2202() {
        HmacSha1 mac = new HmacSha1(hex("0b".repeat(20)), staging);
        byte[] tag = new byte[10];
        mac.of(staging.of("Hi T".getBytes(), 0, 4, 0), 4, 0x68657265); // "here"
        mac.write(tag, 0);
        assertThat(hex(tag)).isEqualTo("b617318655057264e28b");
        assertThat(mac.is(tag, 0)).isTrue();
        tag[9] ^= 1;
        assertThat(mac.is(tag, 0)).isFalse();
    }

    @Test
    void the_engine_gives_the_known_answers() {
        new SrtpTrial(new LibCryptoEngine()).knownAnswers();
    }

    @Test
    void a_context_overhead_has_room_for_tag_and_trailer() {
        assertThat(EvpCipher.TAG_BYTES + 4).isLessThanOrEqualTo(SrtpContext.OVERHEAD);
    }
}
