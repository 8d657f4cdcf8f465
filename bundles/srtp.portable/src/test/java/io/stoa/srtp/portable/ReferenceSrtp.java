package io.stoa.srtp.portable;

import io.stoa.base.Bytes;
import io.stoa.srtp.SrtpProfile;
import java.util.Arrays;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.digests.SHA1Digest;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.modes.GCMBlockCipher;
import org.bouncycastle.crypto.modes.SICBlockCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;

/**
 * A second reading of RFC 3711 and RFC 7714 for tests, with other ciphers (Bouncy Castle's) than the engine's and without any
 * state:
 * packet indices are arguments. It shares no code with the engine, so that what both agree on is probably the protocol.
 */
final class ReferenceSrtp {
    static final int RTP = 0;
    static final int RTCP = 3;
    private static final int MAC_BYTES = 10;

    private final SrtpProfile profile;
    private final byte[] key;
    private final byte[] salt;

    ReferenceSrtp(SrtpProfile profile, byte[] masterKey, byte[] masterSalt) {
        this.profile = profile;
        key = masterKey;
        salt = masterSalt;
    }

    /**
     * RFC 3711 section 4.3.1, key derivation rate 0; AES-256 by RFC 6188. Labels: encryption 0, authentication 1, salt 2; SRTCP 3
     * more.
     */
    static byte[] derive(byte[] masterKey, byte[] masterSalt, int label, int bytes) {
        byte[] x = Arrays.copyOf(masterSalt, 14);
        x[7] ^= (byte) label;
        return keystream(masterKey, Arrays.copyOf(x, 16), bytes);
    }

    static byte[] keystream(byte[] key, byte[] iv, int bytes) {
        return counterMode(key, iv, new byte[bytes], 0);
    }

    private static byte[] counterMode(byte[] key, byte[] iv, byte[] text, int from) {
        var cipher = SICBlockCipher.newInstance(AESEngine.newInstance());
        cipher.init(true, new ParametersWithIV(new KeyParameter(key), iv));
        byte[] out = text.clone();
        cipher.processBytes(text, from, text.length - from, out, from);
        return out;
    }

    private byte[] session(int kind, int label, int bytes) {
        return derive(key, salt, kind + label, bytes);
    }

    /** @param index 48 bits, roll-over counter and sequence number */
    byte[] protectRtp(byte[] packet, long index) {
        int header = headerLength(packet);
        int ssrc = Bytes.i32(packet, 8);
        if (profile.isAead())
            return concat(Arrays.copyOf(packet, header), aead(true, session(RTP, 0, profile.keyBytes),
                    rtpNonce(session(RTP, 2, 12), ssrc, index), Arrays.copyOf(packet, header), packet, header));
        byte[] out = counterMode(session(RTP, 0, 16), counterIv(session(RTP, 2, 14), ssrc, index), packet, header);
        byte[] roc = new byte[4];
        Bytes.i32(roc, 0, (int) (index >>> 16));
        return concat(out, mac(session(RTP, 1, 20), out, roc));
    }

    /** @return null if the packet is not authentic */
    byte[] unprotectRtp(byte[] bytes, long index) {
        int header = headerLength(bytes);
        int ssrc = Bytes.i32(bytes, 8);
        if (profile.isAead()) {
            byte[] text = aead(false, session(RTP, 0, profile.keyBytes), rtpNonce(session(RTP, 2, 12), ssrc, index),
                    Arrays.copyOf(bytes, header), bytes, header);
            return text == null ? null : concat(Arrays.copyOf(bytes, header), text);
        }
        byte[] body = Arrays.copyOf(bytes, bytes.length - MAC_BYTES);
        byte[] roc = new byte[4];
        Bytes.i32(roc, 0, (int) (index >>> 16));
        byte[] tag = Arrays.copyOfRange(bytes, body.length, bytes.length);
        if (!Arrays.equals(mac(session(RTP, 1, 20), body, roc), tag)) return null;
        return counterMode(session(RTP, 0, 16), counterIv(session(RTP, 2, 14), ssrc, index), body, header);
    }

    /** @param index 31 bits */
    byte[] protectRtcp(byte[] packet, int index) {
        int ssrc = Bytes.i32(packet, 4);
        byte[] trailer = new byte[4];
        Bytes.i32(trailer, 0, index | 0x8000_0000);
        byte[] header = Arrays.copyOf(packet, 8);
        if (profile.isAead()) {
            byte[] text = aead(true, session(RTCP, 0, profile.keyBytes), rtcpNonce(session(RTCP, 2, 12), ssrc, index),
                    concat(header, trailer), packet, 8);
            return concat(concat(header, text), trailer);
        }
        byte[] out = counterMode(session(RTCP, 0, 16), counterIv(session(RTCP, 2, 14), ssrc, index), packet, 8);
        return concat(concat(out, trailer), mac(session(RTCP, 1, 20), out, trailer));
    }

    /** The index is read from the packet. @return null if the packet is not authentic */
    byte[] unprotectRtcp(byte[] bytes) {
        int ssrc = Bytes.i32(bytes, 4);
        int trailerAt = bytes.length - 4 - (profile.isAead() ? 0 : MAC_BYTES);
        byte[] trailer = Arrays.copyOfRange(bytes, trailerAt, trailerAt + 4);
        int index = Bytes.i32(trailer, 0) & 0x7fff_ffff;
        byte[] body = Arrays.copyOf(bytes, trailerAt);
        if (profile.isAead()) {
            byte[] header = Arrays.copyOf(bytes, 8);
            byte[] text = aead(false, session(RTCP, 0, profile.keyBytes), rtcpNonce(session(RTCP, 2, 12), ssrc, index),
                    concat(header, trailer), body, 8);
            return text == null ? null : concat(header, text);
        }
        byte[] tag = Arrays.copyOfRange(bytes, trailerAt + 4, bytes.length);
        if (!Arrays.equals(mac(session(RTCP, 1, 20), body, trailer), tag)) return null;
        return counterMode(session(RTCP, 0, 16), counterIv(session(RTCP, 2, 14), ssrc, index), body, 8);
    }

    /** RFC 7714 section 8.1: 00 00, SSRC, roll-over counter, sequence number, all XOR salt. */
    static byte[] rtpNonce(byte[] sessionSalt, int ssrc, long index) {
        byte[] nonce = new byte[12];
        Bytes.i32(nonce, 2, ssrc);
        Bytes.i32(nonce, 6, (int) (index >>> 16));
        Bytes.u16(nonce, 10, (int) index & 0xffff);
        return xor(nonce, sessionSalt);
    }

    /** RFC 7714 section 9.1: 00 00, SSRC, 00 00, SRTCP index, all XOR salt. */
    static byte[] rtcpNonce(byte[] sessionSalt, int ssrc, int index) {
        byte[] nonce = new byte[12];
        Bytes.i32(nonce, 2, ssrc);
        Bytes.i32(nonce, 8, index);
        return xor(nonce, sessionSalt);
    }

    /** RFC 3711 section 4.1.1: salt * 2^16 XOR SSRC * 2^64 XOR index * 2^16. */
    private static byte[] counterIv(byte[] sessionSalt, int ssrc, long index) {
        byte[] iv = new byte[16];
        Bytes.i32(iv, 4, ssrc);
        Bytes.u16(iv, 8, (int) (index >>> 32) & 0xffff);
        Bytes.i32(iv, 10, (int) index);
        return xor(iv, Arrays.copyOf(sessionSalt, 16));
    }

    /** The text behind {@code from}, encrypted with its tag or decrypted without; null if the tag is wrong. */
    static byte[] aead(boolean encrypt, byte[] key, byte[] nonce, byte[] associated, byte[] text, int from) {
        var cipher = GCMBlockCipher.newInstance(AESEngine.newInstance());
        cipher.init(encrypt, new AEADParameters(new KeyParameter(key), 128, nonce, associated));
        if (!encrypt && text.length - from < 16) return null;
        byte[] out = new byte[cipher.getOutputSize(text.length - from)];
        int done = cipher.processBytes(text, from, text.length - from, out, 0);
        try {
            cipher.doFinal(out, done);
        } catch (InvalidCipherTextException e) {
            return null;
        }
        return out;
    }

    static byte[] mac(byte[] key, byte[] text, byte[] appended) {
        HMac mac = new HMac(new SHA1Digest());
        mac.init(new KeyParameter(key));
        mac.update(text, 0, text.length);
        mac.update(appended, 0, appended.length);
        byte[] tag = new byte[20];
        mac.doFinal(tag, 0);
        return Arrays.copyOf(tag, MAC_BYTES);
    }

    static int headerLength(byte[] packet) {
        int length = 12 + 4 * (packet[0] & 0x0f);
        return (packet[0] & 0x10) == 0 ? length : length + 4 + 4 * Bytes.u16(packet, length + 2);
    }

    private static byte[] xor(byte[] a, byte[] b) {
        byte[] out = a.clone();
        for (int i = 0; i < out.length; i++) out[i] ^= b[i];
        return out;
    }

    static byte[] concat(byte[] a, byte[] b) {
        byte[] out = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, out, a.length, b.length);
        return out;
    }
}
