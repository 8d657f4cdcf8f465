package io.stoa.transport;

import io.stoa.base.Bytes;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/** A STUN server (RFC 8489) on loopback that says of everybody what the scenario wants; written without the codec under test. */
final class StunServer implements AutoCloseable {
    private static final byte[] COOKIE = {0x21, 0x12, (byte) 0xa4, 0x42};

    private final DatagramSocket socket;
    private final UnaryOperator<InetAddress> sees;
    /** From which ports it was asked. */
    final List<Integer> askedFrom = new CopyOnWriteArrayList<>();
    /** So many requests get lost. */
    volatile int deafFor;
    /** Answers are preceded by others that fit nothing. */
    volatile boolean confuses;

    StunServer(UnaryOperator<InetAddress> sees) throws IOException {
        this.sees = sees;
        socket = new DatagramSocket(0, Station.LOOPBACK);
        Thread.startVirtualThread(this::serve);
    }

    String name() {
        return "127.0.0.1:" + socket.getLocalPort();
    }

    private void serve() {
        DatagramPacket packet = new DatagramPacket(new byte[1_500], 1_500);
        while (!socket.isClosed()) {
            try {
                packet.setLength(1_500);
                socket.receive(packet);
                if (packet.getLength() != 20 || Bytes.u16(packet.getData(), 0) != 1) continue;
                askedFrom.add(packet.getPort());
                if (deafFor-- > 0) continue;
                byte[] request = packet.getData().clone();
                if (confuses) {
                    byte[] other = request.clone();
                    other[12] ^= 1;
                    send(packet, answer(other, InetAddress.ofLiteral("203.0.113.66"), 1));
                    send(packet, new byte[] {1, 1, 0, 0});
                    send(packet, Arrays.copyOf(answer(request, InetAddress.ofLiteral("203.0.113.66"), 1), 20));
                }
                InetAddress seen = sees.apply(packet.getAddress());
                if (seen != null) send(packet, answer(request, seen, packet.getPort()));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void send(DatagramPacket to, byte[] bytes) throws IOException {
        socket.send(new DatagramPacket(bytes, bytes.length, to.getSocketAddress()));
    }

    /** XOR-MAPPED-ADDRESS (section 14.2): the port and the address under the cookie, IPv6 under the transaction, too. */
    private static byte[] answer(byte[] request, InetAddress seen, int port) {
        byte[] address = seen.getAddress();
        byte[] answer = new byte[20 + 8 + address.length];
        System.arraycopy(request, 0, answer, 0, 20);
        Bytes.u16(answer, 0, 0x0101);
        Bytes.u16(answer, 2, 8 + address.length);
        Bytes.u16(answer, 20, 0x0020);
        Bytes.u16(answer, 22, 4 + address.length);
        answer[25] = (byte) (address.length == 4 ? 1 : 2);
        Bytes.u16(answer, 26, port ^ 0x2112);
        for (int i = 0; i < address.length; i++) answer[28 + i] = (byte) (address[i] ^ (i < 4 ? COOKIE[i] : request[4 + i]));
        return answer;
    }

    @Override
    public void close() {
        socket.close();
    }
}
