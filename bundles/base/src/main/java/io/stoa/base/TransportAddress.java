package io.stoa.base;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * An IP address and port as three numbers. IPv4 is held as IPv4-mapped IPv6 ({@code ::ffff:a.b.c.d}, RFC 4291 section 2.5.5.2), so
 * both families compare the same way.
 *
 * @param high upper 64 bits of the address
 * @param low lower 64 bits of the address
 * @param port 0 to 65535
 */
public record TransportAddress(long high, long low, int port) {
    private static final long MAPPED = 0xffffL << 32;

    public TransportAddress {
        if (port < 0 || port > 65535) throw new IllegalArgumentException("port " + port + ", allowed 0 to 65535");
    }

    public static TransportAddress of(InetSocketAddress address) {
        return of(address.getAddress(), address.getPort());
    }

    public static TransportAddress of(InetAddress address, int port) {
        byte[] b = address.getAddress();
        return b.length == 4
                ? new TransportAddress(0, MAPPED | Bytes.u32(b, 0), port)
                : new TransportAddress(Bytes.i64(b, 0), Bytes.i64(b, 8), port);
    }

    /** From a literal such as {@code 127.0.0.1} or {@code ::1}; never asks a name server. */
    public static TransportAddress of(String literal, int port) {
        return of(InetAddress.ofLiteral(literal), port);
    }

    public boolean isIpv4() {
        return high == 0 && low >>> 32 == 0xffff;
    }

    public boolean isLoopback() {
        return isIpv4() ? (low >>> 24 & 0xff) == 127 : high == 0 && low == 1;
    }

    public InetAddress address() {
        byte[] b = new byte[isIpv4() ? 4 : 16];
        if (b.length == 4) {
            Bytes.i32(b, 0, (int) low);
        } else {
            Bytes.i64(b, 0, high);
            Bytes.i64(b, 8, low);
        }
        try {
            return InetAddress.getByAddress(b);
        } catch (UnknownHostException e) {
            throw new AssertionError("4 and 16 are legal lengths", e);
        }
    }

    public InetSocketAddress socketAddress() {
        return new InetSocketAddress(address(), port);
    }

    /** The address without its port, as written in candidates. */
    public String host() {
        String text = address().getHostAddress();
        int zone = text.indexOf('%');
        return zone < 0 ? text : text.substring(0, zone);
    }

    @Override
    public String toString() {
        return isIpv4() ? host() + ":" + port : "[" + host() + "]:" + port;
    }
}
