package io.stoa.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.junit.jupiter.api.Test;

class JettyWebSocketTest {
    private final CompletableFuture<Thread> closedBy = new CompletableFuture<>();
    private final JettyWebSocket socket = new JettyWebSocket(new WebSocketListener() {
        @Override
        public void opened(WebSocketPeer peer) {}

        @Override
        public void binary(byte[] message) {}

        @Override
        public void text(String message) {}

        @Override
        public void closed(int code, String reason) {
            closedBy.complete(Thread.currentThread());
        }
    }, 1_000);

    /** Whoever writes holds locks that whoever hears of the end takes. */
    @Test
    void a_write_that_fails_at_once_tells_so_on_another_thread() throws Exception {
        Session broken = (Session) Proxy.newProxyInstance(Session.class.getClassLoader(), new Class<?>[] {Session.class}, (proxy, method, arguments) -> {
            if (method.getName().equals("sendBinary")) ((Callback) arguments[1]).fail(new IOException("gone"));
            return null;
        });
        socket.onWebSocketOpen(broken);
        assertThat(socket.send(new byte[3])).isEqualTo(WebSocketPeer.Outcome.QUEUED);
        assertThat(closedBy.get(10, TimeUnit.SECONDS)).isNotSameAs(Thread.currentThread());
        assertThat(socket.send(new byte[3])).isEqualTo(WebSocketPeer.Outcome.CLOSED);
    }
}
