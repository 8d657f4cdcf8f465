package io.stoa.transport;

import io.stoa.media.NodeAddresses;
import io.stoa.media.PacketIo;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/** The shipped packet input and output on loopback, without a framework that would close it. */
public final class RealSockets implements AutoCloseable {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private final NettyPacketIo io;

    public RealSockets() throws IOException {
        int port;
        try (DatagramSocket socket = new DatagramSocket(0, LOOPBACK)) {
            port = socket.getLocalPort();
        }
        io = new NettyPacketIo(config(port), addresses());
    }

    public PacketIo io() {
        return io;
    }

    private static RtcConfig config(int port) {
        return new RtcConfig() {
            @Override
            public String udpPort() {
                return String.valueOf(port);
            }

            @Override
            public int portRangeStart() {
                return 0;
            }

            @Override
            public int portRangeEnd() {
                return 0;
            }

            @Override
            public int tcpPort() {
                return 0;
            }

            @Override
            public boolean forceTcp() {
                return false;
            }

            @Override
            public Class<? extends Annotation> annotationType() {
                return RtcConfig.class;
            }
        };
    }

    private static NodeAddresses addresses() {
        return new NodeAddresses() {
            @Override
            public List<NodeAddress> all() {
                return List.of(new NodeAddress(LOOPBACK, List.of(LOOPBACK)));
            }

            @Override
            public InetAddress primary() {
                return LOOPBACK;
            }

            @Override
            public Optional<InetAddress> primary(boolean ipv4) {
                return Optional.of(LOOPBACK);
            }
        };
    }

    @Override
    public void close() {
        io.close();
    }
}
