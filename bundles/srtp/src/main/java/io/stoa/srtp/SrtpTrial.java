package io.stoa.srtp;

import io.stoa.base.Bytes;
import io.stoa.base.Drop;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.LongSupplier;

/** Whether an engine does what the RFCs say, and how long it takes: asked before connections are given to it. */
public final class SrtpTrial {
    private static final int BATCH = 32;
    private static final int SLOT = 1_280;
    private static final int PACKET = 1_000;
    private static final int LONGEST = 1_460;
    private static final HexFormat HEX = HexFormat.of();
    private static final byte[] RTP = HEX.parseHex("800f1234decafbadcafebabe" + "ab".repeat(16));
    private static final byte[] RTCP = HEX.parseHex("81c8000bcafebabe" + "ab".repeat(16));

    /** What {@link #RTP} and {@link #RTCP} are under a key, by other implementations than ours. */
    private record Answer(SrtpProfile profile, String key, String salt, String rtp, String rtcp) {}

    private static final Answer[] ANSWERS = {
        new Answer(SrtpProfile.AES128_CM_HMAC_SHA1_80, "e1f97a0d3e018be0d64fa32c06de4139", "0ec675ad498afeebb6960b3aabe6",
                "800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb",
                "81c8000bcafebabeb19c219a086b6c7ae61d8e0bfeb4be3f800000005631d6cfc906cdb30f41"),
        new Answer(SrtpProfile.AEAD_AES_128_GCM, "000102030405060708090a0b0c0d0e0f", "a0a1a2a3a4a5a6a7a8a9aaab",
                "800f1234decafbadcafebabec5002ede04cfdd2eb91159e0880aa06ed2976826f796b201df3131a127e8a392",
                "81c8000bcafebabe1f3587a6415de2b37bb8f19d9f2dccbc75daad556903988d1e02a288b06e865c80000000"),
        new Answer(SrtpProfile.AEAD_AES_256_GCM, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "a0a1a2a3a4a5a6a7a8a9aaab",
                "800f1234decafbadcafebabe0af7f21e8a90bdad7a425c9c31ed4bb1d90238917e7390a2793500e1681acaea",
                "81c8000bcafebabed0b104667a4019bf878dd9a20a6f326b1d87bb8a0df0f9a0167623fc48f3789480000000"),
    };

    private final SrtpEngine engine;
    private final byte[] slab = new byte[BATCH * SLOT];
    private final SrtpBatch batch = new SrtpBatch(slab, BATCH);
    private long best = Long.MAX_VALUE;
    private int seq;

    public SrtpTrial(SrtpEngine engine) {
        this.engine = engine;
    }

    /** @throws IllegalStateException if the engine answers otherwise than others do */
    public void knownAnswers() {
        for (Answer answer : ANSWERS) {
            byte[] key = HEX.parseHex(answer.key);
            byte[] salt = HEX.parseHex(answer.salt);
            SrtpContext out = engine.outbound(answer.profile, key, salt);
            SrtpContext in = engine.inbound(answer.profile, key, salt);
            try {
                rtp(answer, out, in);
                rtcp(answer, out, in);
            } finally {
                out.close();
                in.close();
            }
        }
    }

    /**
     * Packets of video and sound of every length, which a cipher may go through by different ways.
     *
     * @throws IllegalStateException if the engine makes something else of one than the other does, or does not read it
     */
    public void sameAs(SrtpEngine other) {
        for (SrtpProfile profile : engine.profiles()) {
            if (!other.profiles().contains(profile)) continue;
            byte[] key = new byte[profile.keyBytes];
            byte[] salt = new byte[profile.saltBytes];
            for (int i = 0; i < key.length; i++) key[i] = (byte) (37 * i + 11);
            for (int i = 0; i < salt.length; i++) salt[i] = (byte) (53 * i + 7);
            try (Three contexts = new Three(engine.outbound(profile, key, salt), other.outbound(profile, key, salt), engine.inbound(profile, key, salt))) {
                for (int length = SrtpPackets.MIN_RTP; length <= LONGEST; length++) contexts.same(profile, length);
            }
        }
    }

    /** What protects, what protects alike, and what reads. */
    private record Three(SrtpContext out, SrtpContext alike, SrtpContext in) implements AutoCloseable {
        void same(SrtpProfile profile, int length) {
            byte[] bytes = new byte[length + SrtpContext.OVERHEAD];
            for (int i = 0; i < length; i++) bytes[i] = (byte) (i * length + i);
            Bytes.i32(bytes, 0, 0x80600000 | length);
            byte[] plain = bytes.clone();
            byte[] theirs = bytes.clone();
            int mine = out.protectRtp(bytes, 0, length);
            boolean same = mine == alike.protectRtp(theirs, 0, length) && Arrays.equals(bytes, theirs);
            if (!same) throw new IllegalStateException(length + " bytes of RTP with " + profile + " are protected otherwise than by the other engine");
            boolean read = in.unprotectRtp(bytes, 0, mine) == length && Arrays.equals(bytes, 0, length, plain, 0, length);
            if (!read) throw new IllegalStateException(length + " bytes of RTP with " + profile + " are not read again");
        }

        @Override
        public void close() {
            out.close();
            alike.close();
            in.close();
        }
    }

    private static void rtp(Answer answer, SrtpContext out, SrtpContext in) {
        byte[] bytes = Arrays.copyOf(RTP, RTP.length + SrtpContext.OVERHEAD);
        int length = out.protectRtp(bytes, 0, RTP.length);
        same(answer, "RTP", bytes, length, answer.rtp);
        byte[] forged = bytes.clone();
        forged[20] ^= 1;
        refused(answer, "RTP", in.unprotectRtp(forged, 0, length), Drop.SRTP_AUTHENTICATION);
        byte[] again = bytes.clone();
        same(answer, "RTP", bytes, in.unprotectRtp(bytes, 0, length), HEX.formatHex(RTP));
        refused(answer, "RTP", in.unprotectRtp(again, 0, length), Drop.SRTP_REPLAY);
    }

    private static void rtcp(Answer answer, SrtpContext out, SrtpContext in) {
        byte[] bytes = Arrays.copyOf(RTCP, RTCP.length + SrtpContext.OVERHEAD);
        int length = out.protectRtcp(bytes, 0, RTCP.length);
        same(answer, "RTCP", bytes, length, answer.rtcp);
        byte[] forged = bytes.clone();
        forged[20] ^= 1;
        refused(answer, "RTCP", in.unprotectRtcp(forged, 0, length), Drop.SRTP_AUTHENTICATION);
        byte[] again = bytes.clone();
        same(answer, "RTCP", bytes, in.unprotectRtcp(bytes, 0, length), HEX.formatHex(RTCP));
        refused(answer, "RTCP", in.unprotectRtcp(again, 0, length), Drop.SRTP_REPLAY);
    }

    private static void same(Answer answer, String kind, byte[] bytes, int length, String expected) {
        String actual = length < 0 ? "a refusal" : HEX.formatHex(bytes, 0, length);
        if (!actual.equals(expected)) throw new IllegalStateException(kind + " with " + answer.profile + " gives " + actual + " instead of " + expected);
    }

    private static void refused(Answer answer, String kind, int result, Drop expected) {
        if (result >= 0 || SrtpContext.dropOf(result) != expected)
            throw new IllegalStateException(kind + " with " + answer.profile + " is taken where it had to be refused as " + expected);
    }

    /** Protects packets of video for so long, and remembers the best batch: what the machine did besides is not the engine's. */
    public void run(LongSupplier clock, long nanos) {
        SrtpContext out = engine.outbound(SrtpProfile.AEAD_AES_128_GCM, new byte[16], new byte[12]);
        try {
            for (long begun = clock.getAsLong(), now = begun; now - begun < nanos; now = clock.getAsLong()) {
                for (int i = 0; i < BATCH; i++) {
                    Bytes.i32(slab, i * SLOT, 0x80600000 | ++seq & 0xffff);
                    batch.add(out, i * SLOT, PACKET);
                }
                long from = clock.getAsLong();
                engine.protect(batch);
                best = Math.min(best, clock.getAsLong() - from);
                batch.clear();
            }
        } finally {
            out.close();
        }
    }

    /** Of the best batch so far. */
    public long nanosPerPacket() {
        return best / BATCH;
    }
}
