package io.stoa.transport;

import io.stoa.base.Time;
import io.stoa.base.TransportAddress;
import io.stoa.ice.StunView;
import io.stoa.ice.StunWriter;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Asks STUN servers as whom they see a local address (RFC 8489 section 6.2.1: a binding request, sent again with growing pauses), and
 * whether that leads back to it. Blocks its thread; an interrupt ends it.
 */
final class StunQuery implements AutoCloseable {
    private static final int BINDING = 1;
    private static final int XOR_MAPPED_ADDRESS = 0x0020;
    private static final long FIRST_PAUSE = 500 * Time.MILLI;
    /** Name servers may not have answered yet. */
    private static final long PAUSE_FOR_NAMES = 20 * Time.MILLI;

    private final SecureRandom random = new SecureRandom();
    private final InetAddress local;
    private final DatagramSocket socket;
    private final DatagramPacket heard = new DatagramPacket(new byte[1_500], 1_500);

    private StunQuery(InetAddress local, DatagramSocket socket) {
        this.local = local;
        this.socket = socket;
    }

    /** From the first port that is free, else from any. */
    static StunQuery from(InetAddress local, List<Integer> ports) throws IOException {
        for (int port : ports) {
            try {
                return new StunQuery(local, new DatagramSocket(port, local));
            } catch (IOException taken) {
                continue;
            }
        }
        return new StunQuery(local, new DatagramSocket(0, local));
    }

    int port() {
        return socket.getLocalPort();
    }

    /** All servers at once: the first answer counts. */
    Optional<InetAddress> ask(StunServerList servers, long until) throws IOException {
        byte[] transaction = bytes(12);
        byte[] request = new StunWriter(StunView.type(BINDING, StunView.REQUEST), transaction).toBytes();
        StunView view = new StunView();
        return exchange(until, () -> sendToAll(request, servers.resolved(LocalAddresses.isIpv4(local))), packet -> mapped(view, packet, transaction));
    }

    /** From some addresses no way leads to some servers. */
    private boolean sendToAll(byte[] request, List<InetSocketAddress> servers) throws IOException {
        IOException failed = null;
        int sent = 0;
        for (InetSocketAddress server : servers) {
            try {
                send(socket, request, server);
                sent++;
            } catch (IOException e) {
                failed = e;
            }
        }
        if (sent == 0 && failed != null) throw failed;
        return sent > 0;
    }

    private static Optional<InetAddress> mapped(StunView view, DatagramPacket packet, byte[] transaction) {
        boolean answer = view.look(packet.getData(), 0, packet.getLength()) && view.type() == StunView.type(BINDING, StunView.SUCCESS)
                && Arrays.equals(view.transaction(), transaction);
        int at = answer ? view.find(XOR_MAPPED_ADDRESS) : -1;
        return at < 0 ? Optional.empty() : Optional.ofNullable(view.xorAddress(at)).map(TransportAddress::address);
    }

    /** Whether what somebody else sends to that address, to the port of here, arrives here. */
    boolean leadsBack(InetAddress external, long until) throws IOException {
        byte[] token = bytes(32);
        try (DatagramSocket other = new DatagramSocket()) {
            return exchange(until, () -> {
                send(other, token, new InetSocketAddress(external, port()));
                return true;
            }, packet -> Arrays.equals(packet.getData(), 0, packet.getLength(), token, 0, token.length) ? Optional.of(true) : Optional.empty()).isPresent();
        }
    }

    /** @return whether there was somebody to send to */
    private interface Sending {
        boolean send() throws IOException;
    }

    private <T> Optional<T> exchange(long until, Sending sending, Function<DatagramPacket, Optional<T>> reading) throws IOException {
        long pause = FIRST_PAUSE;
        long sendAt = System.nanoTime();
        for (long now = sendAt; until - now > 0; now = System.nanoTime()) {
            if (sendAt - now <= 0) {
                boolean sent = sending.send();
                sendAt = now + (sent ? pause : PAUSE_FOR_NAMES);
                if (sent) pause *= 2;
            }
            if (!receive(Math.min(sendAt, until) - now)) continue;
            Optional<T> read = reading.apply(heard);
            if (read.isPresent()) return read;
        }
        return Optional.empty();
    }

    /** @return false if nothing came */
    private boolean receive(long nanos) throws IOException {
        socket.setSoTimeout((int) Math.max(1, nanos / Time.MILLI));
        heard.setLength(heard.getData().length);
        try {
            socket.receive(heard);
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    private static void send(DatagramSocket from, byte[] bytes, InetSocketAddress to) throws IOException {
        from.send(new DatagramPacket(bytes, bytes.length, to));
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    @Override
    public void close() {
        socket.close();
    }
}
