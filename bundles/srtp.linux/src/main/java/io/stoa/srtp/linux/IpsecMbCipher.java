package io.stoa.srtp.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/** AES-GCM of RTP (RFC 7714) by {@link IpsecMb}: round keys and powers of the hash key lie in one piece of memory, which lives until {@link #close}. */
final class IpsecMbCipher implements RtpCipher {
    private final Staging staging;
    private final AtomicInteger open;
    private final GcmNonce nonce;
    private final boolean large;
    private long data;

    /** @param open counts ciphers that hold memory */
    IpsecMbCipher(SessionKeys keys, AtomicInteger open, Staging staging) {
        this.staging = staging;
        this.open = open;
        nonce = new GcmNonce(keys.salt());
        large = keys.encryption().length == 32;
        data = IpsecMb.allocate(IpsecMb.KEY_DATA_BYTES);
        if (data == 0) throw new OutOfMemoryError("no memory for the key of a connection");
        open.incrementAndGet();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment secret = arena.allocate(keys.encryption().length).copyFrom(MemorySegment.ofArray(keys.encryption()));
            IpsecMb.key(large, secret.address(), data);
            secret.fill((byte) 0);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    @Override
    public int tagBytes() {
        return EvpCipher.TAG_BYTES;
    }

    @Override
    public boolean protectRtp(byte[] bytes, int offset, int header, int length, int ssrc, long index) {
        MemorySegment here = staging.of(bytes, offset, length, EvpCipher.TAG_BYTES);
        nonce.put(here, ssrc, index);
        long at = here.address();
        long packet = at + Staging.PACKET;
        IpsecMb.seal(large, data, at + Staging.STATE, packet + header, length - header, at + Staging.IV, packet, header, packet + length);
        Staging.take(here, Staging.PACKET + header, bytes, offset + header, length - header + EvpCipher.TAG_BYTES);
        return true;
    }

    @Override
    public boolean unprotectRtp(byte[] bytes, int offset, int header, int length, int ssrc, long index) {
        MemorySegment here = staging.of(bytes, offset, length + EvpCipher.TAG_BYTES, 0);
        nonce.put(here, ssrc, index);
        long at = here.address();
        long packet = at + Staging.PACKET;
        IpsecMb.open(large, data, at + Staging.STATE, packet + header, length - header, at + Staging.IV, packet, header, at + Staging.DIGEST);
        if (!isTag(here, Staging.PACKET + length)) return false;
        Staging.take(here, Staging.PACKET + header, bytes, offset + header, length - header);
        return true;
    }

    /** Takes the same time whatever is wrong. */
    private static boolean isTag(MemorySegment here, long claimed) {
        long first = here.get(JAVA_LONG_UNALIGNED, claimed) ^ here.get(JAVA_LONG_UNALIGNED, Staging.DIGEST);
        long second = here.get(JAVA_LONG_UNALIGNED, claimed + 8) ^ here.get(JAVA_LONG_UNALIGNED, Staging.DIGEST + 8);
        return (first | second) == 0;
    }

    @Override
    @SuppressWarnings("restricted")
    public void close() {
        if (data == 0) return;
        MemorySegment.ofAddress(data).reinterpret(IpsecMb.KEY_DATA_BYTES).fill((byte) 0);
        IpsecMb.free(data);
        data = 0;
        open.decrementAndGet();
    }
}
