package io.stoa.srtp.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * The functions of libcrypto that are called, under their names. Pointers are longs, to its own objects and to what it reads and writes
 * for a packet: an object for each would be garbage where the compiler does not see through it.
 *
 * <p>Handles are constants of a class, because only then calls are compiled to calls. So it is this class that cannot be initialised where
 * the library, or a function, is missing: {@link #require} says so beforehand.
 */
@SuppressWarnings("restricted")
final class LibCrypto {
    static final String[] NAMES = {"libcrypto.so.3"};

    private static final Linker LINKER = Linker.nativeLinker();
    /** Never unloaded: it cleans up at the end of the process. */
    private static final SymbolLookup LIBRARY = find(NAMES);

    private static final FunctionDescriptor UPDATE = FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT);

    private static final MethodHandle VERSION = call("OpenSSL_version", FunctionDescriptor.of(JAVA_LONG, JAVA_INT));
    private static final MethodHandle CIPHER_FETCH = call("EVP_CIPHER_fetch", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG));
    private static final MethodHandle CIPHER_CTX_NEW = call("EVP_CIPHER_CTX_new", FunctionDescriptor.of(JAVA_LONG));
    private static final MethodHandle CIPHER_CTX_FREE = call("EVP_CIPHER_CTX_free", FunctionDescriptor.ofVoid(JAVA_LONG));
    private static final MethodHandle CIPHER_KEY = call("EVP_CipherInit_ex", init(ADDRESS, JAVA_LONG));
    private static final MethodHandle CIPHER_IV = shortCall("EVP_CipherInit_ex", init(JAVA_LONG, JAVA_LONG));
    private static final MethodHandle CIPHER_UPDATE = shortCall("EVP_CipherUpdate", UPDATE);
    private static final MethodHandle CIPHER_FINAL = shortCall("EVP_CipherFinal_ex", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle CIPHER_CONTROL =
            shortCall("EVP_CIPHER_CTX_ctrl", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle SHA1_INIT = shortCall("SHA1_Init", FunctionDescriptor.of(JAVA_INT, JAVA_LONG));
    private static final MethodHandle SHA1_UPDATE = shortCall("SHA1_Update", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle SHA1_FINAL = shortCall("SHA1_Final", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));

    private LibCrypto() {}

    /** @throws UnsatisfiedLinkError if none of the names is a library here */
    static SymbolLookup find(String... names) {
        for (String name : names) {
            try {
                return SymbolLookup.libraryLookup(name, Arena.global());
            } catch (IllegalArgumentException e) {
                continue; // no such library: the next name
            }
        }
        throw new UnsatisfiedLinkError("no " + String.join(" or ", names) + " on this machine");
    }

    /** @throws LinkageError if the library or one of the functions is missing */
    static void require() {
        find(NAMES);
        version();
    }

    static MethodHandle call(String name, FunctionDescriptor shape) {
        return LINKER.downcallHandle(symbol(LIBRARY, name), shape);
    }

    /** Of a function that takes some hundred nanoseconds: the thread stays in the state it is in. */
    private static MethodHandle shortCall(String name, FunctionDescriptor shape) {
        return LINKER.downcallHandle(symbol(LIBRARY, name), shape, Linker.Option.critical(false));
    }

    static MemorySegment symbol(SymbolLookup library, String name) {
        return library.find(name).orElseThrow(() -> new UnsatisfiedLinkError("this libcrypto has no function " + name));
    }

    private static FunctionDescriptor init(MemoryLayout key, MemoryLayout iv) {
        return FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, key, iv, JAVA_INT);
    }

    static IllegalStateException failed(Throwable cause) {
        return new IllegalStateException("a call into libcrypto failed", cause);
    }

    /** For instance {@code OpenSSL 3.0.19 27 Jan 2026}. */
    static String version() {
        try {
            return MemorySegment.ofAddress((long) VERSION.invokeExact(0)).reinterpret(256).getString(0);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** @return 0 if it does not know the cipher */
    static long fetch(MemorySegment name) {
        try {
            return (long) CIPHER_FETCH.invokeExact(0L, name, 0L);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** @return 0 if there is no memory */
    static long newCipher() {
        try {
            return (long) CIPHER_CTX_NEW.invokeExact();
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    static void freeCipher(long cipher) {
        try {
            CIPHER_CTX_FREE.invokeExact(cipher);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** @param key outside the heap */
    static boolean key(long cipher, long algorithm, MemorySegment key, boolean encrypt) {
        try {
            return (int) CIPHER_KEY.invokeExact(cipher, algorithm, 0L, key, 0L, encrypt ? 1 : 0) == 1;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** Begins a packet with the key that is there. */
    static boolean iv(long cipher, long iv) {
        try {
            return (int) CIPHER_IV.invokeExact(cipher, 0L, 0L, 0L, iv, -1) == 1;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    static boolean associated(long cipher, long length, long from, int count) {
        try {
            return (int) CIPHER_UPDATE.invokeExact(cipher, 0L, length, from, count) == 1;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    static boolean text(long cipher, long to, long length, long from, int count) {
        try {
            return (int) CIPHER_UPDATE.invokeExact(cipher, to, length, from, count) == 1;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    static boolean complete(long cipher, long to, long length) {
        try {
            return (int) CIPHER_FINAL.invokeExact(cipher, to, length) == 1;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    static boolean control(long cipher, int what, int count, long value) {
        try {
            return (int) CIPHER_CONTROL.invokeExact(cipher, what, count, value) == 1;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    static void sha1Begin(long state) {
        try {
            int done = (int) SHA1_INIT.invokeExact(state);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    static void sha1(long state, long from, long count) {
        try {
            int done = (int) SHA1_UPDATE.invokeExact(state, from, count);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    static void sha1End(long digest, long state) {
        try {
            int done = (int) SHA1_FINAL.invokeExact(digest, state);
        } catch (Throwable e) {
            throw failed(e);
        }
    }
}
