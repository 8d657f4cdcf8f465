package io.stoa.bench;

import io.stoa.dtls.DtlsCertificate;
import io.stoa.rtp.RtcpWriter;
import io.stoa.srtp.SrtpEngine;
import io.stoa.srtp.portable.PortableSrtpEngine;
import io.stoa.transport.GatheredReader;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Instant;

/**
 * What all connections of the generator share; the buffers belong to the loop.
 *
 * @param gathered reads what was sent as one; null: every datagram comes by itself
 */
record LoadTools(
        LoadLoop loop, InetAddress localAddress, DtlsCertificate certificate, SecureRandom secureRandom, SrtpEngine engine, ByteBuffer buffer,
        ByteBuffer outBuffer, byte[] scratch, RtcpWriter rtcp, GatheredReader gathered) {
    private static final int DATAGRAM = 2_048;

    static LoadTools towards(URI server, boolean gro) throws IOException {
        SecureRandom random = new SecureRandom();
        return new LoadTools(new LoadLoop(), facing(server), DtlsCertificate.generate(random, Instant.now()), random, new PortableSrtpEngine(),
                ByteBuffer.allocateDirect(DATAGRAM), ByteBuffer.allocateDirect(DATAGRAM), new byte[DATAGRAM], new RtcpWriter(),
                gro ? new GatheredReader() : null);
    }

    /** The local address from which the kernel would reach the server. */
    private static InetAddress facing(URI server) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(server.getHost(), 9));
            return socket.getLocalAddress();
        }
    }

    SecureRandom random() {
        return secureRandom;
    }

    ProtocolFamily family() {
        return localAddress instanceof Inet4Address ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
    }
}
