package io.stoa.media.plane;

import io.stoa.srtp.SrtpBatch;
import io.stoa.srtp.SrtpContext;
import io.stoa.srtp.SrtpEngine;
import io.stoa.srtp.SrtpProfile;
import io.stoa.srtp.SrtpState;
import io.stoa.srtp.SrtpState.Direction;

/** Protects nothing, so that what is measured is everything but the cipher. */
final class PlainEngine implements SrtpEngine {
    private static final SrtpContext PLAIN = new SrtpContext() {
        @Override
        public int protectRtp(byte[] bytes, int offset, int length) {
            return length;
        }

        @Override
        public int unprotectRtp(byte[] bytes, int offset, int length) {
            return length;
        }

        @Override
        public int protectRtcp(byte[] bytes, int offset, int length) {
            return length;
        }

        @Override
        public int unprotectRtcp(byte[] bytes, int offset, int length) {
            return length;
        }

        @Override
        public SrtpState state() {
            return SrtpState.fresh(Direction.OUTBOUND, SrtpProfile.AEAD_AES_128_GCM, new byte[16], new byte[12]);
        }

        @Override
        public void close() {}
    };

    @Override
    public String name() {
        return "plain";
    }

    @Override
    public SrtpContext context(SrtpState state) {
        return PLAIN;
    }

    @Override
    public void protect(SrtpBatch batch) {}
}
