package io.stoa.ops.webhook;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.stoa.protocol.livekit.WebhookEvent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Somebody's HTTP server that is told what happens. Answers 200 unless it was told otherwise. */
final class TestReceiver implements AutoCloseable {
    /** How a request is answered. */
    interface Answer {
        void to(HttpExchange exchange) throws IOException, InterruptedException;
    }

    record Post(String method, String path, Map<String, List<String>> headers, byte[] body) {
        String header(String name) {
            return headers.entrySet().stream().filter(one -> one.getKey().equalsIgnoreCase(name)).findFirst().map(one -> one.getValue().getFirst()).orElse("");
        }

        WebhookEvent event() {
            WebhookEvent.Builder event = WebhookEvent.newBuilder();
            try {
                JsonFormat.parser().merge(new String(body, StandardCharsets.UTF_8), event);
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException(e);
            }
            return event.build();
        }
    }

    final List<Post> posts = new CopyOnWriteArrayList<>();
    private final BlockingQueue<Post> arrivals = new LinkedBlockingQueue<>();
    private final ConcurrentLinkedQueue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final HttpServer server;

    TestReceiver() throws IOException {
        this(0);
    }

    TestReceiver(int port) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    private void handle(HttpExchange exchange) throws IOException {
        Post post = new Post(exchange.getRequestMethod(), exchange.getRequestURI().getPath(), Map.copyOf(exchange.getRequestHeaders()), exchange.getRequestBody().readAllBytes());
        Answer answer = answers.poll(); // before anybody knows of it: what is said from then on is about the next one
        posts.add(post);
        arrivals.add(post);
        try {
            if (answer == null) exchange.sendResponseHeaders(200, -1);
            else answer.to(exchange);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            exchange.close();
        }
    }

    /** The next requests are answered like that, one by one. */
    void willAnswer(Answer... next) {
        answers.addAll(List.of(next));
    }

    static Answer status(int status) {
        return exchange -> exchange.sendResponseHeaders(status, -1);
    }

    static Answer redirect(int status, String to) {
        return exchange -> {
            exchange.getResponseHeaders().set("Location", to);
            exchange.sendResponseHeaders(status, -1);
        };
    }

    static Answer whenAllowed(CountDownLatch allowed) {
        return exchange -> {
            allowed.await();
            exchange.sendResponseHeaders(200, -1);
        };
    }

    /** Waits for the next request. */
    Post next() throws InterruptedException {
        Post post = arrivals.poll(20, TimeUnit.SECONDS);
        if (post == null) throw new AssertionError("nothing arrives");
        return post;
    }

    List<String> events() {
        return posts.stream().map(post -> post.event().getEvent()).toList();
    }

    int port() {
        return server.getAddress().getPort();
    }

    String url() {
        return "http://127.0.0.1:" + port();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
