package io.stoa.itests.framework;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** An operator at the server's shell. */
record Shell(Server server) {
    private static final int OUTPUT = 1;
    private static final int END = 3;

    /** @param text output and errors, without the last line's end */
    record Answer(String text, int status) {}

    /** One command over a connection of its own. */
    Answer says(String line) {
        Path file = server.work().resolve("run/shell-" + ProcessHandle.current().pid());
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(Files.isSymbolicLink(file) ? Files.readSymbolicLink(file) : file));
            var out = new DataOutputStream(Channels.newOutputStream(channel));
            var in = new DataInputStream(Channels.newInputStream(channel));
            byte[] request = line.getBytes(StandardCharsets.UTF_8);
            out.writeInt(request.length);
            out.write(request);
            var text = new ByteArrayOutputStream();
            while (true) {
                int kind = in.readByte();
                int length = in.readInt();
                if (kind == END) return new Answer(text.toString(StandardCharsets.UTF_8).stripTrailing(), length);
                if (kind < OUTPUT || kind > END) throw new AssertionError("a frame of kind " + kind);
                text.write(in.readNBytes(length));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
