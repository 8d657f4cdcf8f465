package io.stoa.base;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Big-endian (network order) numbers in byte arrays. Callers check bounds; the array access itself still fails hard. */
public final class Bytes {
    private static final VarHandle U16 = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle U32 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle U64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private Bytes() {}

    public static int u8(byte[] bytes, int at) {
        return bytes[at] & 0xff;
    }

    public static int u16(byte[] bytes, int at) {
        return (short) U16.get(bytes, at) & 0xffff;
    }

    public static int u24(byte[] bytes, int at) {
        return u8(bytes, at) << 16 | u16(bytes, at + 1);
    }

    /** 32 bits as they are; use {@link #u32} for the unsigned value. */
    public static int i32(byte[] bytes, int at) {
        return (int) U32.get(bytes, at);
    }

    public static long u32(byte[] bytes, int at) {
        return (int) U32.get(bytes, at) & 0xffff_ffffL;
    }

    public static long i64(byte[] bytes, int at) {
        return (long) U64.get(bytes, at);
    }

    public static void u8(byte[] bytes, int at, int value) {
        bytes[at] = (byte) value;
    }

    public static void u16(byte[] bytes, int at, int value) {
        U16.set(bytes, at, (short) value);
    }

    public static void u24(byte[] bytes, int at, int value) {
        bytes[at] = (byte) (value >> 16);
        U16.set(bytes, at + 1, (short) value);
    }

    public static void i32(byte[] bytes, int at, int value) {
        U32.set(bytes, at, value);
    }

    public static void i64(byte[] bytes, int at, long value) {
        U64.set(bytes, at, value);
    }
}
