package io.stoa.ops.shell;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.felix.service.command.CommandProcessor;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets operators in, a bounded number at a time. */
@Component(service = ShellServer.class, immediate = true)
public final class ShellServer {
    private static final Logger LOG = LoggerFactory.getLogger(ShellServer.class);
    static final int MAX_SESSIONS = 8;

    private final CommandProcessor processor;
    private final Set<ShellSession> sessions = ConcurrentHashMap.newKeySet();
    /** Null where the run folder cannot be written to. */
    private final ShellSocket socket;

    @Activate
    public ShellServer(BundleContext context, @Reference CommandProcessor processor) {
        this(Path.of(Optional.ofNullable(context.getProperty("stoa.run")).orElse("run")), processor);
    }

    ShellServer(Path run, CommandProcessor processor) {
        this.processor = processor;
        socket = listen(run);
        if (socket != null) Thread.ofPlatform().daemon().name("shell").start(this::accept);
    }

    private static ShellSocket listen(Path run) {
        try {
            return ShellSocket.open(run, ProcessHandle.current().pid());
        } catch (IOException | UnsupportedOperationException e) {
            LOG.warn("there is no shell: no socket can be made in {} ({}); STOA_RUN names another folder", run, e.getMessage());
            return null;
        }
    }

    /** Commands that run are let run: one of them may be the cause of this. */
    @Deactivate
    void deactivate() {
        if (socket != null) socket.close();
        sessions.forEach(ShellSession::end);
    }

    private void accept() {
        while (true) {
            try {
                admit(socket.accept());
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                LOG.error("the shell ends: nobody can be let in any more", e);
                socket.close();
                return;
            }
        }
    }

    private void admit(SocketChannel channel) throws IOException {
        Optional<String> stranger = socket.stranger(channel);
        if (stranger.isPresent()) {
            LOG.warn("the shell was tried by {}, who may not use it", stranger.get());
            channel.close();
            return;
        }
        ShellSession session = new ShellSession(channel, processor, sessions::remove);
        boolean full = sessions.size() >= MAX_SESSIONS;
        if (!full) sessions.add(session);
        Thread.ofPlatform().daemon().name("shell-session").start(full ? session::refuse : session);
    }
}
