package io.stoa.ops.shell;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The other end of the shell, byte by byte. */
final class Operator implements AutoCloseable {
    private final SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    final DataInputStream in;
    final DataOutputStream out;

    record Answer(String output, String errors, int status) {}

    Operator(Path socket) throws IOException {
        channel.connect(UnixDomainSocketAddress.of(Files.isSymbolicLink(socket) ? Files.readSymbolicLink(socket) : socket));
        in = new DataInputStream(Channels.newInputStream(channel));
        out = new DataOutputStream(Channels.newOutputStream(channel));
    }

    void asks(String line) throws IOException {
        byte[] request = line.getBytes(StandardCharsets.UTF_8);
        out.writeInt(request.length);
        out.write(request);
    }

    Answer hears() throws IOException {
        var output = new ByteArrayOutputStream();
        var errors = new ByteArrayOutputStream();
        while (true) {
            int kind = in.readByte();
            int length = in.readInt();
            if (kind == ShellSession.END) return new Answer(output.toString(StandardCharsets.UTF_8), errors.toString(StandardCharsets.UTF_8), length);
            (kind == ShellSession.OUTPUT ? output : errors).write(in.readNBytes(length));
        }
    }

    Answer says(String line) throws IOException {
        asks(line);
        return hears();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
