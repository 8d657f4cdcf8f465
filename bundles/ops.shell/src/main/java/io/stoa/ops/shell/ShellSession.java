package io.stoa.ops.shell;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One operator's connection: command lines in, output and exit status out. */
final class ShellSession implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(ShellSession.class);
    static final int OUTPUT = 1;
    static final int ERRORS = 2;
    static final int END = 3;
    static final int MAX_REQUEST = 64 << 10;
    private static final int MAX_FRAME = 8 << 10;

    private final SocketChannel channel;
    private final CommandProcessor processor;
    private final Consumer<ShellSession> ended;
    private final DataInputStream in;
    private final DataOutputStream out;
    private String line = "";
    private boolean running;
    private boolean ending;

    ShellSession(SocketChannel channel, CommandProcessor processor, Consumer<ShellSession> ended) {
        this.channel = channel;
        this.processor = processor;
        this.ended = ended;
        in = new DataInputStream(Channels.newInputStream(channel));
        out = new DataOutputStream(Channels.newOutputStream(channel));
    }

    @Override
    public void run() {
        try (channel; Frames output = new Frames(OUTPUT); Frames errors = new Frames(ERRORS)) {
            PrintStream printed = new PrintStream(output, false, StandardCharsets.UTF_8);
            PrintStream complaints = new PrintStream(errors, false, StandardCharsets.UTF_8);
            CommandSession session = processor.createSession(InputStream.nullInputStream(), printed, serverErrors());
            session.put("SCOPE", "stoa:felix:gogo:*");
            try {
                while (begin(request())) execute(session, printed, complaints);
            } finally {
                session.close();
            }
        } catch (EOFException | ClosedChannelException e) {
            return; // the operator has gone, or the shell goes
        } catch (IOException e) {
            LOG.info("a shell session ended: {}", e.getMessage());
        } finally {
            ended.accept(this);
        }
    }

    /**
     * While a command runs, Gogo gives its thread's {@code System.err} to the session; but that is where loggers write. What is wrong with a
     * command is said by what it throws.
     */
    private static PrintStream serverErrors() {
        return new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8) {
            @Override
            public void close() {
                flush(); // it is the server's, not the session's
            }
        };
    }

    private String request() throws IOException {
        int length = in.readInt();
        if (length < 0 || length > MAX_REQUEST) throw new IOException("a command line of " + length + " bytes, at most " + MAX_REQUEST);
        return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    private void execute(CommandSession session, PrintStream printed, PrintStream complaints) throws IOException {
        boolean well = true;
        try {
            Object result = session.execute(line);
            if (result != null) printed.println(result instanceof CharSequence text ? text : session.format(result, Converter.INSPECT));
        } catch (Exception e) {
            well = false;
            complaints.println(complaint(e));
        } catch (LinkageError | StackOverflowError | AssertionError e) {
            well = false;
            LOG.error("the command \"{}\" failed", line, e);
            complaints.println(e);
        }
        printed.flush();
        complaints.flush();
        synchronized (this) {
            out.writeByte(END);
            out.writeInt(well ? 0 : 1);
            out.flush();
            running = false;
            if (ending) channel.close();
        }
    }

    /** What commands say of arguments and states is meant for people; anything else is a bug, and whole in the log. */
    private String complaint(Exception e) {
        boolean said = e.getMessage() != null && !e.getMessage().isBlank();
        boolean meant = e instanceof IllegalArgumentException || e instanceof IllegalStateException || e.getClass().getName().startsWith("org.apache.felix.gogo.");
        if (said && meant) return e.getMessage();
        LOG.error("the command \"{}\" failed", line, e);
        return e + " (the log has more)";
    }

    private synchronized boolean begin(String next) {
        line = next;
        running = !ending;
        return running;
    }

    /** At once, or after the command that is running. */
    synchronized void end() {
        ending = true;
        if (running) return;
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("closed", e);
        }
    }

    void refuse() {
        try (channel; Frames errors = new Frames(ERRORS)) {
            request();
            errors.write((ShellServer.MAX_SESSIONS + " shell sessions are open, and no more are let in\n").getBytes(StandardCharsets.UTF_8));
            out.writeByte(END);
            out.writeInt(1);
        } catch (IOException e) {
            LOG.debug("refused, and gone", e);
        }
    }

    /** Bytes of one kind, as frames. */
    private final class Frames extends OutputStream {
        private final int kind;

        Frames(int kind) {
            this.kind = kind;
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            synchronized (ShellSession.this) {
                for (int at = 0; at < length; at += MAX_FRAME) {
                    int part = Math.min(MAX_FRAME, length - at);
                    out.writeByte(kind);
                    out.writeInt(part);
                    out.write(bytes, offset + at, part);
                }
            }
        }
    }
}
