package io.stoa.srtp.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.stoa.dtls.KeyOperations;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.SignatureException;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;

/**
 * X25519 by {@code EVP_PKEY_derive}, ECDSA by the functions for elliptic curves alone: those of {@code EVP_PKEY} would have each key parsed
 * first, which takes longer than signing. Every call makes its objects of libcrypto, and frees them.
 */
final class LibCryptoKeys implements KeyOperations {
    private static final int X25519 = 1034; // NID_X25519
    private static final int P256 = 415; // NID_X9_62_prime256v1
    private static final int P256_BYTES = 32;
    /** Two integers of 33 bytes, their heads, and the head of both. */
    private static final int MOST_SIGNATURE_BYTES = 72;

    private static final FunctionDescriptor RAW_KEY = FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, ADDRESS, JAVA_LONG);
    private static final FunctionDescriptor TWO = FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final FunctionDescriptor FREE = FunctionDescriptor.ofVoid(JAVA_LONG);

    private static final MethodHandle RAW_PRIVATE_KEY = LibCrypto.call("EVP_PKEY_new_raw_private_key", RAW_KEY);
    private static final MethodHandle RAW_PUBLIC_KEY = LibCrypto.call("EVP_PKEY_new_raw_public_key", RAW_KEY);
    private static final MethodHandle PKEY_FREE = LibCrypto.call("EVP_PKEY_free", FREE);
    private static final MethodHandle CONTEXT_NEW = LibCrypto.call("EVP_PKEY_CTX_new", TWO);
    private static final MethodHandle CONTEXT_FREE = LibCrypto.call("EVP_PKEY_CTX_free", FREE);
    private static final MethodHandle DERIVE_INIT = LibCrypto.call("EVP_PKEY_derive_init", FunctionDescriptor.of(JAVA_INT, JAVA_LONG));
    private static final MethodHandle DERIVE_SET_PEER = LibCrypto.call("EVP_PKEY_derive_set_peer", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle DERIVE = LibCrypto.call("EVP_PKEY_derive", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS));

    private static final MethodHandle EC_KEY_NEW = LibCrypto.call("EC_KEY_new_by_curve_name", FunctionDescriptor.of(JAVA_LONG, JAVA_INT));
    private static final MethodHandle EC_KEY_FREE = LibCrypto.call("EC_KEY_free", FREE);
    private static final MethodHandle EC_KEY_PRIVATE = LibCrypto.call("EC_KEY_oct2priv", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS, JAVA_LONG));
    private static final MethodHandle EC_KEY_PUBLIC =
            LibCrypto.call("EC_KEY_oct2key", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle ECDSA_SIGN =
            LibCrypto.call("ECDSA_sign", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG));
    private static final MethodHandle ECDSA_VERIFY =
            LibCrypto.call("ECDSA_verify", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG));
    private static final MethodHandle CLEAR_ERRORS = LibCrypto.call("ERR_clear_error", FunctionDescriptor.ofVoid());

    /** @throws LinkageError if the library or one of the functions is missing */
    LibCryptoKeys() {
        LibCrypto.require();
    }

    @Override
    public String name() {
        return "libcrypto";
    }

    @Override
    public byte[] x25519(byte[] scalar, byte[] coordinate) throws GeneralSecurityException {
        if (scalar.length != X25519_BYTES || coordinate.length != X25519_BYTES)
            throw new InvalidKeyException("a key of X25519 has 32 bytes, not " + scalar.length + " and " + coordinate.length);
        long own = 0;
        long theirs = 0;
        long context = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment secret = arena.allocateFrom(JAVA_BYTE, scalar);
            own = (long) RAW_PRIVATE_KEY.invokeExact(X25519, 0L, secret, (long) X25519_BYTES);
            theirs = (long) RAW_PUBLIC_KEY.invokeExact(X25519, 0L, arena.allocateFrom(JAVA_BYTE, coordinate), (long) X25519_BYTES);
            context = (long) CONTEXT_NEW.invokeExact(own, 0L);
            MemorySegment length = arena.allocateFrom(JAVA_LONG, X25519_BYTES);
            boolean derived = own != 0
                    && theirs != 0
                    && context != 0
                    && (int) DERIVE_INIT.invokeExact(context) == 1
                    && (int) DERIVE_SET_PEER.invokeExact(context, theirs) == 1
                    && (int) DERIVE.invokeExact(context, secret, length) == 1;
            byte[] result = secret.toArray(JAVA_BYTE);
            secret.fill((byte) 0);
            if (!derived) throw refused("X25519 refuses the other side's key");
            return result;
        } catch (GeneralSecurityException e) {
            throw e;
        } catch (Throwable e) {
            throw LibCrypto.failed(e);
        } finally {
            free(CONTEXT_FREE, context);
            free(PKEY_FREE, theirs);
            free(PKEY_FREE, own);
        }
    }

    @Override
    public byte[] sign(ECPrivateKey key, byte[] digest) throws GeneralSecurityException {
        long curve = 0;
        try (Arena arena = Arena.ofConfined()) {
            curve = (long) EC_KEY_NEW.invokeExact(P256);
            MemorySegment scalar = arena.allocateFrom(JAVA_BYTE, fixed(key.getS()));
            boolean ready = curve != 0 && (int) EC_KEY_PRIVATE.invokeExact(curve, scalar, (long) P256_BYTES) == 1;
            scalar.fill((byte) 0);
            MemorySegment signature = arena.allocate(MOST_SIGNATURE_BYTES);
            MemorySegment length = arena.allocate(JAVA_INT);
            boolean signed = ready
                    && (int) ECDSA_SIGN.invokeExact(0, arena.allocateFrom(JAVA_BYTE, digest), digest.length, signature, length, curve) == 1;
            if (!signed) throw refused("libcrypto does not sign with this key");
            return signature.asSlice(0, length.get(JAVA_INT, 0)).toArray(JAVA_BYTE);
        } catch (GeneralSecurityException e) {
            throw e;
        } catch (Throwable e) {
            throw LibCrypto.failed(e);
        } finally {
            free(EC_KEY_FREE, curve);
        }
    }

    @Override
    public boolean verify(ECPublicKey key, byte[] digest, byte[] signature) {
        long curve = 0;
        try (Arena arena = Arena.ofConfined()) {
            curve = (long) EC_KEY_NEW.invokeExact(P256);
            byte[] point = point(key);
            boolean good = curve != 0
                    && (int) EC_KEY_PUBLIC.invokeExact(curve, arena.allocateFrom(JAVA_BYTE, point), (long) point.length, 0L) == 1
                    && (int) ECDSA_VERIFY.invokeExact(
                                    0, arena.allocateFrom(JAVA_BYTE, digest), digest.length, arena.allocateFrom(JAVA_BYTE, signature), signature.length, curve)
                            == 1;
            if (!good) CLEAR_ERRORS.invokeExact();
            return good;
        } catch (Throwable e) {
            throw LibCrypto.failed(e);
        } finally {
            free(EC_KEY_FREE, curve);
        }
    }

    /** What went wrong is on a list of the thread's otherwise, and would stay there. */
    private static SignatureException refused(String what) throws Throwable {
        CLEAR_ERRORS.invokeExact();
        return new SignatureException(what);
    }

    /** Nothing happens for 0. */
    private static void free(MethodHandle function, long object) {
        try {
            function.invokeExact(object);
        } catch (Throwable e) {
            throw LibCrypto.failed(e);
        }
    }

    /** Uncompressed (SEC 1 section 2.3.3). */
    private static byte[] point(ECPublicKey key) {
        byte[] point = new byte[1 + 2 * P256_BYTES];
        point[0] = 4;
        System.arraycopy(fixed(key.getW().getAffineX()), 0, point, 1, P256_BYTES);
        System.arraycopy(fixed(key.getW().getAffineY()), 0, point, 1 + P256_BYTES, P256_BYTES);
        return point;
    }

    /** Big-endian. */
    private static byte[] fixed(BigInteger number) {
        byte[] bytes = number.toByteArray();
        byte[] fixed = new byte[P256_BYTES];
        int count = Math.min(bytes.length, P256_BYTES); // a leading zero says that the number is positive
        System.arraycopy(bytes, bytes.length - count, fixed, P256_BYTES - count, count);
        return fixed;
    }
}
