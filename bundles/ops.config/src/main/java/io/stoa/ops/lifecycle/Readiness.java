package io.stoa.ops.lifecycle;

import io.stoa.ops.config.ServerSettings;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Whether the server takes calls: {@code GET /readyz} on its own port, as a load balancer would ask; where nobody checks that, that it answers. */
record Readiness(ServerSettings settings) {
    private static final int PATIENCE_MILLIS = 500;

    boolean answers() {
        if (!settings.known()) return false;
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address(), settings.port()), PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write("GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            String status = new String(in.readNBytes("HTTP/1.1 200".length()), StandardCharsets.US_ASCII);
            return status.endsWith(" 200") || status.endsWith(" 404");
        } catch (IOException e) {
            return false;
        }
    }

    String url() {
        String host = address().isAnyLocalAddress() || address().isLoopbackAddress() ? "localhost" : address().getHostAddress();
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + settings.port();
    }

    private InetAddress address() {
        List<String> bound = settings.bindAddresses();
        try {
            InetAddress first = bound.isEmpty() ? InetAddress.getLoopbackAddress() : InetAddress.getByName(bound.getFirst());
            return first.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : first;
        } catch (IOException e) {
            return InetAddress.getLoopbackAddress();
        }
    }
}
