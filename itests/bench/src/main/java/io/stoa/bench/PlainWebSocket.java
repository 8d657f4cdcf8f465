package io.stoa.bench;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A WebSocket (RFC 6455) over a blocking socket, for thousands of virtual threads with one each: the client of {@code java.net.http} stood
 * still with a thousand of them. The server is believed to keep to the protocol.
 */
final class PlainWebSocket implements AutoCloseable {
    private static final int CONTINUATION = 0x0;
    private static final int BINARY = 0x2;
    private static final int CLOSE = 0x8;
    private static final int PING = 0x9;
    private static final int PONG = 0xa;
    private static final int FINAL = 0x80;
    private static final int MASKED = 0x80;

    private final Socket socket = new Socket();
    private final DataInputStream in;

    /** @throws IOException also if the server does not upgrade, or is to be asked by TLS */
    PlainWebSocket(URI uri) throws IOException {
        if (!"ws".equals(uri.getScheme()) && !"http".equals(uri.getScheme())) throw new IOException(uri.getScheme() + " is not spoken here: ws or http");
        socket.setTcpNoDelay(true);
        socket.connect(new InetSocketAddress(uri.getHost(), uri.getPort() < 0 ? 80 : uri.getPort()), 30_000);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 4_096));
        String request = "GET " + uri.getRawPath() + "?" + uri.getRawQuery() + " HTTP/1.1\r\nHost: " + uri.getAuthority()
                + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        String status = line();
        if (!status.startsWith("HTTP/1.1 101 ")) throw new IOException(uri.getPath() + ": " + status);
        while (!line().isEmpty()) {} // the headers
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c; (c = in.readUnsignedByte()) != '\n'; ) if (c != '\r') line.append((char) c);
        return line.toString();
    }

    /** Waits for the next binary message. Pings are answered. @return empty at the end */
    Optional<byte[]> read() throws IOException {
        ByteArrayOutputStream parts = new ByteArrayOutputStream();
        try {
            while (true) {
                int first = in.readUnsignedByte();
                byte[] payload = new byte[length(in.readUnsignedByte())];
                in.readFully(payload);
                switch (first & 0xf) {
                    case BINARY, CONTINUATION -> {
                        if ((first & FINAL) != 0 && parts.size() == 0) return Optional.of(payload);
                        parts.writeBytes(payload);
                        if ((first & FINAL) != 0) return Optional.of(parts.toByteArray());
                    }
                    case PING -> write(PONG, payload);
                    case CLOSE -> {
                        return Optional.empty();
                    }
                    default -> throw new IOException("a frame that nobody asked for: opcode " + (first & 0xf));
                }
            }
        } catch (EOFException e) {
            return Optional.empty();
        }
    }

    private int length(int second) throws IOException {
        return second < 126 ? second : second == 126 ? in.readUnsignedShort() : Math.toIntExact(in.readLong());
    }

    void send(byte[] message) throws IOException {
        write(BINARY, message);
    }

    /** Masked by zeros, which leaves it as it is. */
    private synchronized void write(int opcode, byte[] payload) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(payload.length + 14).put((byte) (FINAL | opcode));
        if (payload.length < 126) frame.put((byte) (MASKED | payload.length));
        else if (payload.length < 1 << 16) frame.put((byte) (MASKED | 126)).putShort((short) payload.length);
        else frame.put((byte) (MASKED | 127)).putLong(payload.length);
        frame.putInt(0).put(payload);
        socket.getOutputStream().write(frame.array(), 0, frame.position());
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
