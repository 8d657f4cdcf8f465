package io.stoa.ops.shell;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jdk.net.ExtendedSocketOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code run/shell-<process id>}: a socket that only its owner can open. */
final class ShellSocket {
    private static final Logger LOG = LoggerFactory.getLogger(ShellSocket.class);
    private static final Pattern NAME = Pattern.compile("shell-(\\d+)");
    /** Of a socket's path, in bytes, where systems allow the least (macOS: 103; Linux: 107). */
    private static final int LONGEST = 100;

    private final ServerSocketChannel channel;
    private final Path file;
    private final Object key;
    private final String owner;

    private ShellSocket(ServerSocketChannel channel, Path file) throws IOException {
        this.channel = channel;
        this.file = file;
        key = key(file);
        owner = Files.getOwner(file).getName();
    }

    static ShellSocket open(Path run, long process) throws IOException {
        Path folder = Files.createDirectories(run.toAbsolutePath()).toRealPath();
        sweep(folder);
        Path file = folder.resolve("shell-" + process);
        Path hidden = Files.createTempDirectory(folder, ".shell", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        boolean fits = fits(file) && fits(hidden.resolve("s"));
        try {
            return fits ? openHere(hidden.resolve("s"), file) : openElsewhere(hidden.resolve("s"), file);
        } finally {
            Files.delete(hidden);
        }
    }

    private static boolean fits(Path file) {
        return file.toString().getBytes(StandardCharsets.UTF_8).length <= LONGEST;
    }

    /** Made where nobody else can look, shown when it has its mode; what had the name before is replaced in the same step. */
    private static ShellSocket openHere(Path made, Path file) throws IOException {
        ServerSocketChannel channel = bind(made);
        try {
            Files.move(made, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return new ShellSocket(channel, file);
        } catch (IOException e) {
            channel.close();
            Files.deleteIfExists(made);
            throw e;
        }
    }

    /** The run folder's name is longer than a socket's may be: its name there is a link to a private folder of the system's. */
    private static ShellSocket openElsewhere(Path link, Path file) throws IOException {
        Path folder = Files.createTempDirectory("stoa-shell-", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        ServerSocketChannel channel = bind(folder.resolve("s"));
        try {
            Files.createSymbolicLink(link, folder.resolve("s"));
            Files.move(link, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return new ShellSocket(channel, file);
        } catch (IOException e) {
            channel.close();
            Files.deleteIfExists(link);
            remove(folder.resolve("s"));
            throw e;
        }
    }

    private static ServerSocketChannel bind(Path made) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.bind(UnixDomainSocketAddress.of(made));
            Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rw-------"));
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** What processes that are gone have left. */
    private static void sweep(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Matcher name = NAME.matcher(file.getFileName().toString());
                if (name.matches() && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty()) delete(file);
            }
        }
    }

    private static void delete(Path file) throws IOException {
        if (Files.isSymbolicLink(file)) remove(Files.readSymbolicLink(file));
        Files.deleteIfExists(file);
    }

    /** With the folder that was made for it. */
    private static void remove(Path socket) throws IOException {
        Files.deleteIfExists(socket);
        if (socket.getParent().getFileName().toString().startsWith("stoa-shell-")) Files.deleteIfExists(socket.getParent());
    }

    private static Object key(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey();
    }

    SocketChannel accept() throws IOException {
        return channel.accept();
    }

    /** Whoever is at the other end and is neither the owner nor root; empty if it is one of them. */
    Optional<String> stranger(SocketChannel other) throws IOException {
        String user = other.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName();
        return user.equals(owner) || user.equals("root") || user.equals("0") ? Optional.empty() : Optional.of(user);
    }

    /** A successor's socket of the same name stays. */
    void close() {
        try {
            channel.close();
            if (key.equals(key(file))) delete(file);
        } catch (NoSuchFileException | FileAlreadyExistsException e) {
            LOG.debug("{} is gone already", file, e);
        } catch (IOException e) {
            LOG.warn("{} stays: {}", file, e.getMessage());
        }
    }

    Path file() {
        return file;
    }
}
