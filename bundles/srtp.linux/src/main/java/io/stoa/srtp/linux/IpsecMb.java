package io.stoa.srtp.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * AES-GCM of libIPSec_MB (Debian: libipsec-mb1) for processors with VAES: one call for a packet, four AES blocks for an instruction, GHASH of 48
 * blocks reduced at once. Functions under their names and addresses as numbers, as in {@link LibCrypto}, and for the same reasons.
 *
 * <p>Its functions for one processor are called, not those that choose: {@link #require} says beforehand what is not here.
 */
@SuppressWarnings("restricted")
final class IpsecMb {
    static final String NAME = "libIPSec_MB.so.1";
    /** {@code struct gcm_key_data}: 15 round keys, 48 powers of the hash key. */
    static final int KEY_DATA_BYTES = 1_008;
    private static final int ALIGNMENT = 64;

    private static final List<String> NEEDED = List.of("vaes", "vpclmulqdq", "avx512f", "avx512dq", "avx512bw", "avx512vl");
    private static final Linker LINKER = Linker.nativeLinker();

    /** What its class would fail without; touched only where that is there. */
    private static final class Calls {
        static final SymbolLookup LIBRARY = LibCrypto.find(NAME);
        static final FunctionDescriptor KEY = FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG);
        static final FunctionDescriptor TEXT = FunctionDescriptor.ofVoid(
                JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

        static final MethodHandle VERSION = LINKER.downcallHandle(symbol("imb_get_version_str"), FunctionDescriptor.of(JAVA_LONG));
        static final MethodHandle KEY_128 = call("aes_gcm_pre_128_vaes_avx512", KEY);
        static final MethodHandle KEY_256 = call("aes_gcm_pre_256_vaes_avx512", KEY);
        static final MethodHandle SEAL_128 = call("aes_gcm_enc_128_vaes_avx512", TEXT);
        static final MethodHandle SEAL_256 = call("aes_gcm_enc_256_vaes_avx512", TEXT);
        static final MethodHandle OPEN_128 = call("aes_gcm_dec_128_vaes_avx512", TEXT);
        static final MethodHandle OPEN_256 = call("aes_gcm_dec_256_vaes_avx512", TEXT);
        static final MethodHandle ALLOCATE = system("aligned_alloc", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG));
        static final MethodHandle FREE = system("free", FunctionDescriptor.ofVoid(JAVA_LONG));

        private static MethodHandle call(String name, FunctionDescriptor shape) {
            return LINKER.downcallHandle(symbol(name), shape, Linker.Option.critical(false));
        }

        private static MemorySegment symbol(String name) {
            return LIBRARY.find(name).orElseThrow(() -> new UnsatisfiedLinkError("this " + NAME + " has no function " + name));
        }

        private static MethodHandle system(String name, FunctionDescriptor shape) {
            return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), shape);
        }
    }

    private IpsecMb() {}

    /** @throws LinkageError saying what is missing */
    static void require() {
        Set<String> there = Set.copyOf(List.of(flags().split("\\s+")));
        for (String needed : NEEDED) if (!there.contains(needed)) throw new UnsatisfiedLinkError("the processor has no " + needed);
        version();
    }

    /** What the processor has, as Linux tells it, which must have switched the registers on, too. */
    private static String flags() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("flags")).findFirst().orElse("");
        } catch (IOException | UncheckedIOException e) {
            throw new UnsatisfiedLinkError("what the processor has is not known: " + e);
        }
    }

    /** For instance {@code 1.3.0}. */
    static String version() {
        try {
            String version = MemorySegment.ofAddress((long) Calls.VERSION.invokeExact()).reinterpret(256).getString(0);
            return version.replaceAll("[^0-9]*([0-9.]+).*", "$1");
        } catch (Error e) {
            throw e;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** @return 0 if there is no memory */
    static long allocate(int bytes) {
        try {
            return (long) Calls.ALLOCATE.invokeExact((long) ALIGNMENT, (long) (bytes + ALIGNMENT - 1 & -ALIGNMENT));
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    static void free(long address) {
        try {
            Calls.FREE.invokeExact(address);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** @param large of 256 bits, else of 128 */
    static void key(boolean large, long key, long data) {
        try {
            if (large) Calls.KEY_256.invokeExact(key, data);
            else Calls.KEY_128.invokeExact(key, data);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /**
     * Encrypts in place and writes the tag.
     *
     * @param context room for {@code struct gcm_context_data}, 88 bytes, with which every call begins anew
     * @param iv of 12 bytes
     */
    static void seal(boolean large, long data, long context, long text, int count, long iv, long associated, int associatedCount, long tag) {
        try {
            if (large) Calls.SEAL_256.invokeExact(data, context, text, text, (long) count, iv, associated, (long) associatedCount, tag, (long) EvpCipher.TAG_BYTES);
            else Calls.SEAL_128.invokeExact(data, context, text, text, (long) count, iv, associated, (long) associatedCount, tag, (long) EvpCipher.TAG_BYTES);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** As {@link #seal}, the other way: writes the tag that the packet should have. */
    static void open(boolean large, long data, long context, long text, int count, long iv, long associated, int associatedCount, long tag) {
        try {
            if (large) Calls.OPEN_256.invokeExact(data, context, text, text, (long) count, iv, associated, (long) associatedCount, tag, (long) EvpCipher.TAG_BYTES);
            else Calls.OPEN_128.invokeExact(data, context, text, text, (long) count, iv, associated, (long) associatedCount, tag, (long) EvpCipher.TAG_BYTES);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    private static IllegalStateException failed(Throwable cause) {
        return new IllegalStateException("a call into libIPSec_MB failed", cause);
    }
}
