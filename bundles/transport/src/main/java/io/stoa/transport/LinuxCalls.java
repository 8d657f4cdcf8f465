package io.stoa.transport;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;

/** The system calls of datagram sockets and of the thread that has them, under their names. They say by a negative result that they failed, and by {@link #errno} why. */
@SuppressWarnings("restricted")
final class LinuxCalls {
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;
    static final int SOCK_DGRAM = 2;
    static final int SOCK_NONBLOCK = 0x800;
    static final int SOCK_CLOEXEC = 0x80000;
    static final int SOL_SOCKET = 1;
    static final int SO_SNDBUF = 7;
    static final int SO_RCVBUF = 8;
    static final int IPPROTO_IPV6 = 41;
    static final int IPV6_V6ONLY = 26;
    static final int SOL_UDP = 17;
    static final int UDP_SEGMENT = 103;
    static final int UDP_GRO = 104;
    static final int MSG_TRUNC = 0x20;
    static final int MSG_DONTWAIT = 0x40;
    static final int PRIO_PROCESS = 0;
    static final int EINTR = 4;
    static final int EIO = 5;
    static final int EAGAIN = 11;
    static final int EINVAL = 22;
    static final int EMSGSIZE = 90;
    static final int ENOBUFS = 105;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(PathElement.groupElement("errno"));

    private static final MethodHandle SOCKET = call("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle BIND = call("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle NAME = call("getsockname", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
    private static final MethodHandle OPTION = call("setsockopt", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle CLOSE = call("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle SEND = call("sendmmsg", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT));
    private static final FunctionDescriptor RECEIVE_SHAPE = FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle RECEIVE_TRIED = call("recvmmsg", RECEIVE_SHAPE);
    private static final MethodHandle RECEIVE = LINKER.downcallHandle(function("recvmmsg"), RECEIVE_SHAPE);
    private static final MethodHandle PRIORITY = call("setpriority", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle ERROR = call("strerror", FunctionDescriptor.of(JAVA_LONG, JAVA_INT));

    private LinuxCalls() {}

    private static MethodHandle call(String name, FunctionDescriptor shape) {
        return LINKER.downcallHandle(function(name), shape, Linker.Option.captureCallState("errno"));
    }

    private static MemorySegment function(String name) {
        return LINKER.defaultLookup().find(name).orElseThrow(() -> new UnsatisfiedLinkError("no function " + name));
    }

    /** Where calls leave their errno; one for each thread that makes them. */
    static MemorySegment newState(Arena arena) {
        return arena.allocate(STATE);
    }

    static int errno(MemorySegment state) {
        return (int) ERRNO.get(state, 0L);
    }

    private static IllegalStateException failed(Throwable cause) {
        return new IllegalStateException("a system call could not be made", cause);
    }

    static int socket(MemorySegment state, int family, int type) {
        try {
            return (int) SOCKET.invokeExact(state, family, type, 0);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    static int bind(MemorySegment state, int fd, MemorySegment address, int length) {
        try {
            return (int) BIND.invokeExact(state, fd, address, length);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    static int getsockname(MemorySegment state, int fd, MemorySegment address, MemorySegment length) {
        try {
            return (int) NAME.invokeExact(state, fd, address, length);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    static int setsockopt(MemorySegment state, int fd, int level, int name, int value) {
        try (Arena arena = Arena.ofConfined()) {
            return (int) OPTION.invokeExact(state, fd, level, name, arena.allocateFrom(JAVA_INT, value), 4);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    static int close(MemorySegment state, int fd) {
        try {
            return (int) CLOSE.invokeExact(state, fd);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** @param messages their address: an object for each call would be garbage */
    static int sendmmsg(MemorySegment state, int fd, long messages, int count, int flags) {
        try {
            return (int) SEND.invokeExact(state, fd, messages, count, flags);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** For turns, which end with nothing left to read whatever the reason: the way to errno costs an object where the caller is not compiled as one piece. */
    static int recvmmsg(int fd, long messages, int count, int flags) {
        try {
            return (int) RECEIVE.invokeExact(fd, messages, count, flags, 0L);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** For a trial, of which somebody wants to know why it failed. */
    static int recvmmsg(MemorySegment state, int fd, long messages, int count, int flags) {
        try {
            return (int) RECEIVE_TRIED.invokeExact(state, fd, messages, count, flags, 0L);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** Of the thread that calls: Linux has one for each, unlike POSIX. */
    static int setpriority(MemorySegment state, int nice) {
        try {
            return (int) PRIORITY.invokeExact(state, PRIO_PROCESS, 0, nice);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** For people. */
    static String strerror(MemorySegment state, int errno) {
        try {
            return MemorySegment.ofAddress((long) ERROR.invokeExact(state, errno)).reinterpret(256).getString(0, StandardCharsets.US_ASCII);
        } catch (Throwable e) {
            throw failed(e);
        }
    }
}
