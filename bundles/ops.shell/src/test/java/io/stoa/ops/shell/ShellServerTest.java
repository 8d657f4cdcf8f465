package io.stoa.ops.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.ops.shell.Operator.Answer;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The socket and the conversation, with the framework's own shell behind it. */
class ShellServerTest {
    @TempDir Path folder;

    private final CommandProcessorImpl processor = new CommandProcessorImpl(new ThreadIOImpl());
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private Path run;
    private ShellServer server;

    /** What a bundle might bring. */
    public final class Commands {
        public String echo(String... words) {
            return String.join("|", words);
        }

        public void fail() {
            throw new IllegalArgumentException("usage: fail better");
        }

        public void bug() {
            throw new NullPointerException("of all things");
        }

        public String wait_(String... words) throws InterruptedException {
            begun.countDown();
            release.await();
            return "done";
        }

        public String large() {
            return "x".repeat(100_000);
        }
    }

    @BeforeEach
    void open() {
        run = folder.resolve("run");
        for (String name : new String[] {"echo", "fail", "bug", "wait_", "large"}) processor.addCommand("stoa", new Commands(), name);
        server = new ShellServer(run, processor);
    }

    @AfterEach
    void close() {
        release.countDown();
        server.deactivate();
    }

    private static Path socket(Path run) {
        return run.resolve("shell-" + ProcessHandle.current().pid());
    }

    private Operator operator() throws IOException {
        return new Operator(socket(run));
    }

    @Test
    void only_the_owner_can_open_it_and_nothing_else_is_left_in_the_folder() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket(run)))).isEqualTo("rw-------");
        assertThat(names()).containsExactly("shell-" + ProcessHandle.current().pid());
        server.deactivate();
        assertThat(names()).isEmpty();
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(run)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Test
    void lines_are_answered_with_output_errors_and_a_status() throws IOException {
        try (Operator operator = operator()) {
            assertThat(operator.says("echo a 'b c' it\\'s ü")).isEqualTo(new Answer("a|b c|it's|ü\n", "", 0));
            assertThat(operator.says("x = 5")).isEqualTo(new Answer("5\n", "", 0));
            assertThat(operator.says("echo $x")).as("a session keeps what it was told").isEqualTo(new Answer("5\n", "", 0));
            assertThat(operator.says("fail")).isEqualTo(new Answer("", "usage: fail better\n", 1));
            assertThat(operator.says("bug")).isEqualTo(new Answer("", "java.lang.NullPointerException: of all things (the log has more)\n", 1));
            assertThat(operator.says("nothing")).isEqualTo(new Answer("", "Command not found: nothing\n", 1));
            assertThat(operator.says("echo 'open").status()).isEqualTo(1);
            assertThat(operator.says("large").output()).hasSize(100_001);
            assertThat(operator.says("")).isEqualTo(new Answer("", "", 0));
        }
    }

    @Test
    void a_request_that_is_too_long_ends_the_session_and_no_other() throws IOException {
        try (Operator hostile = operator(); Operator other = operator()) {
            hostile.out.writeInt(Integer.MAX_VALUE);
            assertThatThrownBy(hostile::hears).isInstanceOf(IOException.class);
            assertThat(other.says("echo a").status()).isZero();
        }
    }

    @Test
    void the_number_of_sessions_is_bounded() throws IOException {
        List<Operator> inside = new ArrayList<>();
        try {
            for (int i = 0; i < ShellServer.MAX_SESSIONS; i++) {
                inside.add(operator());
                assertThat(inside.getLast().says("echo a").status()).isZero();
            }
            try (Operator late = operator()) {
                assertThat(late.says("echo a")).isEqualTo(new Answer("", "8 shell sessions are open, and no more are let in\n", 1));
                assertThatThrownBy(late::hears).isInstanceOf(EOFException.class);
            }
        } finally {
            for (Operator one : inside) one.close();
        }
    }

    @Test
    void a_successor_takes_the_name_over_and_a_command_that_runs_is_let_run() throws Exception {
        try (Operator busy = operator(); Operator idle = operator()) {
            assertThat(idle.says("echo a").status()).isZero();
            busy.asks("wait_");
            begun.await();
            ShellServer successor = new ShellServer(run, processor);
            server.deactivate();
            server = successor;
            assertThatThrownBy(() -> idle.says("echo a")).isInstanceOf(IOException.class);
            try (Operator next = operator()) {
                assertThat(next.says("echo b").output()).isEqualTo("b\n");
            }
            release.countDown();
            assertThat(busy.hears()).isEqualTo(new Answer("done\n", "", 0));
            assertThatThrownBy(() -> busy.says("echo a")).as("then it ends").isInstanceOf(IOException.class);
        }
    }

    @Test
    void sockets_of_processes_that_are_gone_are_swept_and_others_stay() throws IOException {
        Files.createFile(run.resolve("shell-1"));
        Files.createFile(run.resolve("shell-" + Integer.MAX_VALUE));
        Files.createFile(run.resolve("status"));
        new ShellServer(run, processor).deactivate();
        assertThat(names()).contains("shell-1", "status").doesNotContain("shell-" + Integer.MAX_VALUE);
    }

    @Test
    void a_folder_with_a_name_too_long_for_sockets_has_a_link() throws IOException {
        Path deep = folder.resolve("deep".repeat(40)).resolve("run");
        ShellServer other = new ShellServer(deep, processor);
        Path link = socket(deep);
        Path target = Files.readSymbolicLink(link);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target.getParent()))).isEqualTo("rwx------");
        try (Operator operator = new Operator(link)) {
            assertThat(operator.says("echo a").status()).isZero();
        }
        other.deactivate();
        assertThat(link).doesNotExist();
        assertThat(target.getParent()).doesNotExist();
    }

    @Test
    void where_nothing_can_be_written_there_is_no_shell_and_no_harm() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        new ShellServer(file.resolve("run"), processor).deactivate();
    }
}
