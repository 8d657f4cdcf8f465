package io.stoa.ops.config;

import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The other end of the bundle {@code ops.shell}, which says what goes over the socket. */
final class ShellClient implements AutoCloseable {
    private static final int OUTPUT = 1;
    private static final int ERRORS = 2;
    private static final String PREFIX = "shell-";

    private final SocketChannel channel;
    private final DataInputStream in;
    private final DataOutputStream to;
    private final PrintStream out;
    private final PrintStream err;

    private ShellClient(SocketChannel channel, PrintStream out, PrintStream err) {
        this.channel = channel;
        this.out = out;
        this.err = err;
        in = new DataInputStream(Channels.newInputStream(channel));
        to = new DataOutputStream(Channels.newOutputStream(channel));
    }

    /**
     * The shell of the server that runs from a folder.
     *
     * @param process empty if there is only one
     * @throws ConfigException saying why there is none, or which there are
     */
    static ShellClient connect(Path run, Optional<String> process, PrintStream out, PrintStream err) throws ConfigException {
        Path socket = socket(run, process);
        try {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                channel.connect(UnixDomainSocketAddress.of(Files.isSymbolicLink(socket) ? Files.readSymbolicLink(socket) : socket));
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
            return new ShellClient(channel, out, err);
        } catch (IOException e) {
            throw new ConfigException("the shell at " + socket + " does not answer (" + e.getMessage() + ")");
        }
    }

    private static Path socket(Path run, Optional<String> process) throws ConfigException {
        List<Path> found = sockets(run);
        if (process.isPresent()) found = found.stream().filter(file -> process(file).equals(process.get())).toList();
        if (found.size() == 1) return found.getFirst();
        if (found.isEmpty())
            throw new ConfigException("no server" + process.map(id -> " with process id " + id).orElse("") + " with a shell runs from here: there is no "
                    + run.resolve(PREFIX + process.orElse("<process id>")) + " (STOA_RUN names another folder; without the bundle ops.shell a server has no shell)");
        String all = found.stream().map(ShellClient::process).collect(Collectors.joining(", "));
        throw new ConfigException("several servers run from here, the processes " + all + "; say which one: bin/stoa shell --process <id> …");
    }

    private static List<Path> sockets(Path run) throws ConfigException {
        Path folder = run.toAbsolutePath();
        try (Stream<Path> files = Files.list(Files.exists(folder) ? folder.toRealPath() : folder)) {
            return files.filter(file -> file.getFileName().toString().matches(PREFIX + "\\d+"))
                    .filter(file -> ProcessHandle.of(Long.parseLong(process(file))).isPresent())
                    .sorted()
                    .toList();
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (IOException e) {
            throw new ConfigException(run + " cannot be read (" + e.getMessage() + ")");
        }
    }

    private static String process(Path socket) {
        return socket.getFileName().toString().substring(PREFIX.length());
    }

    /** One word after the other, whatever characters are in them. */
    int run(List<String> words) throws ConfigException {
        return run(words.stream().map(ShellClient::quoted).collect(Collectors.joining(" ")));
    }

    static String quoted(String word) {
        if (word.matches("[\\w.:/@%+,-]+")) return word;
        return "'" + word.replace("'", "'\\''") + "'";
    }

    /** @return the exit status */
    int run(String line) throws ConfigException {
        try {
            byte[] request = line.getBytes(StandardCharsets.UTF_8);
            to.writeInt(request.length);
            to.write(request);
            while (true) {
                int kind = in.readByte();
                int length = in.readInt();
                if (kind != OUTPUT && kind != ERRORS) return length;
                (kind == OUTPUT ? out : err).write(in.readNBytes(length));
                out.flush();
                err.flush();
            }
        } catch (EOFException e) {
            throw new ConfigException("the server ended, or its shell was replaced, before it had answered");
        } catch (IOException e) {
            throw new ConfigException("the shell does not answer any more (" + e.getMessage() + ")");
        }
    }

    /** Line by line until {@code exit} or the end. */
    int converse(BufferedReader lines, String prompt) throws ConfigException {
        int status = 0;
        try {
            while (true) {
                out.print(prompt);
                out.flush();
                String line = lines.readLine();
                if (line == null || line.strip().matches("exit|quit")) return status;
                if (!line.isBlank()) status = Math.max(status, run(line));
            }
        } catch (IOException e) {
            throw new ConfigException("what to do cannot be read (" + e.getMessage() + ")");
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            err.println("stoa: " + e.getMessage());
        }
    }
}
