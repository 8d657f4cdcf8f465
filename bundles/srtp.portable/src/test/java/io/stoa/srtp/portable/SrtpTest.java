package io.stoa.srtp.portable;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Bytes;
import io.stoa.base.Drop;
import io.stoa.srtp.SrtpContext;
import io.stoa.srtp.SrtpEngine;
import io.stoa.srtp.SrtpProfile;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SrtpTest {
    final Random random = new Random(20);
    final SrtpEngine engine = new PortableSrtpEngine();

    static byte[] packet(int seq, int ssrc, byte[] payload) {
        byte[] bytes = new byte[12 + payload.length + SrtpContext.OVERHEAD];
        Bytes.i32(bytes, 0, 0x80600000 | seq & 0xffff);
        Bytes.i32(bytes, 4, 1234);
        Bytes.i32(bytes, 8, ssrc);
        System.arraycopy(payload, 0, bytes, 12, payload.length);
        return bytes;
    }

    byte[] random(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @EnumSource(SrtpProfile.class)
    void what_one_side_protects_the_other_reads_across_the_roll_over(SrtpProfile profile) {
        byte[] key = random(profile.keyBytes);
        byte[] salt = random(profile.saltBytes);
        var out = engine.outbound(profile, key, salt);
        var in = engine.inbound(profile, key, salt);
        for (int i = 65_500; i < 65_600; i++) {
            byte[] payload = random(100);
            byte[] bytes = packet(i, 77, payload);
            int length = out.protectRtp(bytes, 0, 112);
            assertThat(length).isGreaterThan(112);
            if (i % 7 == 0) continue; // lost
            assertThat(in.unprotectRtp(bytes, 0, length)).isEqualTo(112);
            assertThat(Arrays.copyOfRange(bytes, 12, 112)).isEqualTo(payload);
        }
    }

    @ParameterizedTest
    @EnumSource(SrtpProfile.class)
    void replays_forgeries_and_garbage_are_named(SrtpProfile profile) {
        byte[] key = random(profile.keyBytes);
        byte[] salt = random(profile.saltBytes);
        var out = engine.outbound(profile, key, salt);
        var in = engine.inbound(profile, key, salt);
        byte[] bytes = packet(5, 77, random(100));
        int length = out.protectRtp(bytes, 0, 112);
        byte[] again = bytes.clone();
        byte[] forged = bytes.clone();
        forged[50] ^= 1;
        assertThat(SrtpContext.dropOf(in.unprotectRtp(forged, 0, length))).isEqualTo(Drop.SRTP_AUTHENTICATION);
        assertThat(in.unprotectRtp(bytes, 0, length)).isEqualTo(112);
        assertThat(SrtpContext.dropOf(in.unprotectRtp(again, 0, length))).isEqualTo(Drop.SRTP_REPLAY);
        for (int i = 0; i < 20_000; i++) {
            byte[] noise = random(12 + random.nextInt(200));
            if (i % 2 == 0) Bytes.i32(noise, 8, 77);
            assertThat(in.unprotectRtp(noise, 0, noise.length)).isNegative();
            assertThat(in.unprotectRtcp(noise, 0, noise.length)).isNegative();
        }
    }

    @ParameterizedTest
    @EnumSource(SrtpProfile.class)
    void reports_make_the_round_trip(SrtpProfile profile) {
        byte[] key = random(profile.keyBytes);
        byte[] salt = random(profile.saltBytes);
        var out = engine.outbound(profile, key, salt);
        var in = engine.inbound(profile, key, salt);
        byte[] report = new byte[8 + SrtpContext.OVERHEAD];
        Bytes.i32(report, 0, 0x80C90001);
        Bytes.i32(report, 4, 99);
        int length = out.protectRtcp(report, 0, 8);
        assertThat(in.unprotectRtcp(report, 0, length)).isEqualTo(8);
        assertThat(Bytes.i32(report, 4)).isEqualTo(99);
    }

    /** An independent reading of RFC 7714 section 8 and RFC 3711 section 4.3, by the JDK alone. */
    @Test
    void aead_output_is_what_the_rfc_says() throws Exception {
        byte[] key = random(16);
        byte[] salt = random(12);
        byte[] payload = random(200);
        byte[] bytes = packet(300, 0xCAFE, payload);
        int length = engine.outbound(SrtpProfile.AEAD_AES_128_GCM, key, salt).protectRtp(bytes, 0, 212);

        byte[] sessionKey = derive(key, salt, 0, 16);
        byte[] sessionSalt = derive(key, salt, 2, 12);
        byte[] iv = new byte[12];
        Bytes.i32(iv, 2, 0xCAFE);
        Bytes.u16(iv, 10, 300);
        for (int i = 0; i < 12; i++) iv[i] ^= sessionSalt[i];
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(sessionKey, "AES"), new GCMParameterSpec(128, iv));
        cipher.updateAAD(packet(300, 0xCAFE, new byte[0]), 0, 12);
        assertThat(HexFormat.of().formatHex(bytes, 12, length)).isEqualTo(HexFormat.of().formatHex(cipher.doFinal(payload)));
    }

    private static byte[] derive(byte[] key, byte[] salt, int label, int count) throws Exception {
        byte[] iv = new byte[16];
        System.arraycopy(salt, 0, iv, 0, salt.length);
        iv[7] ^= (byte) label;
        Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(iv));
        return cipher.doFinal(new byte[count]);
    }
}
