package io.stoa.handover;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.room.ListeningSockets.Kept;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import org.junit.jupiter.api.Test;

class SocketRestTest {
    private final SocketRest rest = new SocketRest();

    @Test
    void what_is_kept_is_taken_once() throws IOException {
        try (ServerSocketChannel socket = listening()) {
            Kept kept = new Kept(socket, List.of("/rtc"));
            rest.keep("*:7880", kept);
            assertThat(rest.take("127.0.0.1:7880")).isEmpty();
            assertThat(rest.take("*:7880")).containsSame(kept);
            assertThat(rest.take("*:7880")).isEmpty();
            rest.stop();
            assertThat(socket.isOpen()).as("it belongs to who took it").isTrue();
        }
    }

    @Test
    void what_nobody_took_is_closed_in_the_end() throws IOException {
        Kept first = new Kept(listening(), List.of());
        Kept second = new Kept(listening(), List.of());
        rest.keep("*:7880", first);
        rest.keep("*:7880", second);
        assertThat(first.socket().isOpen()).isFalse();
        rest.stop();
        assertThat(second.socket().isOpen()).isFalse();
        Kept late = new Kept(listening(), List.of());
        rest.keep("*:7880", late);
        assertThat(late.socket().isOpen()).isFalse();
    }

    @Test
    void the_time_of_what_was_taken_is_over() throws IOException {
        try (ServerSocketChannel socket = listening()) {
            Kept first = new Kept(socket, List.of("/rtc"));
            Kept again = new Kept(socket, List.of("/rtc"));
            rest.keep("*:7880", first);
            rest.take("*:7880");
            rest.keep("*:7880", again);
            rest.expire("*:7880", first);
            assertThat(rest.take("*:7880")).containsSame(again);
            assertThat(socket.isOpen()).isTrue();
        }
    }

    @Test
    void what_was_closed_meanwhile_is_not_given_to_anybody() throws IOException {
        Kept kept = new Kept(listening(), List.of());
        rest.keep("*:7880", kept);
        kept.socket().close();
        assertThat(rest.take("*:7880")).isEmpty();
    }

    private static ServerSocketChannel listening() throws IOException {
        return ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }
}
