package io.stoa.itests.framework;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.stoa.rpc.RpcBus;
import io.stoa.rpc.RpcMethods;
import io.stoa.store.SipStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.osgi.service.cm.ConfigurationAdmin;

/** The running server on a Redis, with workers there, a receiver of webhooks, and somebody who calls its API. */
final class WorkerHouse implements AutoCloseable {
    private final Server server;
    private final String redis;
    private final Caller caller;
    private final List<LiveKitWorker> workers = new ArrayList<>();
    private final List<Told> told = new CopyOnWriteArrayList<>();
    private final HttpServer receiver;

    /** @param path at which it was told */
    private record Told(String path, JsonObject event) {}

    /** Returns when everything is in Redis. */
    WorkerHouse(Server server, String redis) throws IOException {
        this.server = server;
        this.redis = redis;
        caller = new Caller(server.port());
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        receiver.createContext("/", this::take);
        receiver.start();
        configure("io.stoa.webhook", Map.of("urls", new String[] {url("/")}, "apiKey", "devkey", "maxAge", 30_000L, "maxDepth", 200L));
        configure("io.stoa.redis", Map.of("address", redis)); // for as long as the server lives
        configure("io.stoa.store", Map.of("kind", "redis"));
        Server.await("records in Redis", () -> server.references(SipStore.class.getName(), null).stream().allMatch(one -> Server.part(one.getBundle()).equals("store.redis"))
                && server.offers(SipStore.class));
        RpcBus bus = server.need(RpcBus.class);
        Server.await("answers over Redis", () -> bus.isServed(RpcMethods.UPDATE_EGRESS.at()) && bus.isServed(RpcMethods.UPDATE_INGRESS_STATE.at())
                && bus.isServed(RpcMethods.EVALUATE_SIP_DISPATCH_RULES.at()));
    }

    private void configure(String pid, Map<String, Object> properties) throws IOException {
        server.need(ConfigurationAdmin.class).getConfiguration(pid, "?").update(new Hashtable<>(properties));
    }

    LiveKitWorker worker(String kind, String name, double affinity) throws Exception {
        LiveKitWorker worker = new LiveKitWorker(kind, redis, name, affinity);
        workers.add(worker);
        return worker;
    }

    Caller caller() {
        return caller;
    }

    /** A bundle of services is updated, and another time stopped for as long as that takes. */
    void replace(String part, Runnable meanwhile) throws Exception {
        Jars jars = new Jars(server.home());
        server.part(part).update(jars.version(part, "0.2.1"));
        server.stop(part);
        meanwhile.run();
        server.start(part);
        server.part(part).update(Files.newInputStream(jars.shipped(part)));
    }

    // -- webhooks

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String payload = exchange.getRequestHeaders().getFirst("Authorization").split("\\.")[1];
            JsonObject claims = JsonParser.parseString(new String(Base64.getUrlDecoder().decode(payload), StandardCharsets.UTF_8)).getAsJsonObject();
            boolean signed = claims.get("sha256").getAsString().equals(Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(body)));
            JsonObject event = JsonParser.parseString(new String(body, StandardCharsets.UTF_8)).getAsJsonObject();
            if (signed) told.add(new Told(exchange.getRequestURI().getPath(), event));
            exchange.sendResponseHeaders(signed ? 200 : 401, -1);
        } catch (NoSuchAlgorithmException e) {
            throw new IOException(e);
        }
    }

    /** A URL of the same receiver, for whoever brings his own. */
    String url(String path) {
        return "http://127.0.0.1:" + receiver.getAddress().getPort() + path;
    }

    /** The events about an egress or ingress, with its status, in their order. */
    List<String> told(String id) {
        return toldAt("/", id);
    }

    List<String> toldAt(String path, String id) {
        List<String> events = new ArrayList<>();
        for (Told one : told) {
            JsonObject event = one.event;
            if (!one.path.equals(path)) continue;
            JsonObject info = event.has("egressInfo") ? event.getAsJsonObject("egressInfo") : event.getAsJsonObject("ingressInfo");
            if (info == null || !id.equals(text(info, info.has("egressId") ? "egressId" : "ingressId"))) continue;
            JsonObject where = event.has("egressInfo") ? info : info.getAsJsonObject("state");
            events.add((text(event, "event") + " " + text(where, "status")).strip());
        }
        return events;
    }

    /** All events that are about egresses which never were. */
    List<JsonObject> toldOfNone() {
        return told.stream().map(Told::event).filter(event -> event.has("egressInfo") && text(event.getAsJsonObject("egressInfo"), "egressId").isEmpty()).toList();
    }

    void awaitTold(String id, String... events) {
        Server.await("webhooks " + List.of(events), () -> told(id).size() >= events.length);
        if (!told(id).equals(List.of(events))) throw new AssertionError("told of " + id + ": " + told(id) + "\n  expected: " + List.of(events));
    }

    // -- the API

    /** An answer in JSON, or the code of an error with its message. */
    record Answer(int status, JsonObject json) {
        String code() {
            return text(json, "code");
        }

        String error() {
            return code() + ": " + text(json, "msg");
        }
    }

    /** @param request JSON with apostrophes for quotation marks */
    Answer ask(String method, String request) {
        String grants = "{\"sub\":\"api\",\"video\":{\"roomCreate\":true,\"roomList\":true,\"roomRecord\":true,\"ingressAdmin\":true,\"roomAdmin\":true,\"room\":\"lobby\"},"
                + "\"sip\":{\"admin\":true,\"call\":true}}";
        Caller.Answer answer = caller.post("/twirp/livekit." + method, "application/json", request.replace('\'', '"').getBytes(StandardCharsets.UTF_8), Caller.signed(grants));
        JsonElement json = JsonParser.parseString(answer.text());
        return new Answer(answer.status(), json.getAsJsonObject());
    }

    /** The same, and it must be granted. */
    JsonObject granted(String method, String request) {
        Answer answer = ask(method, request);
        if (answer.status != 200) throw new AssertionError(method + " " + request + ": " + answer.json);
        return answer.json;
    }

    /** The value of a field at some depth, as text; empty if it is not there. */
    static String text(JsonObject from, String path) {
        JsonElement at = from;
        for (String step : path.split("/")) {
            if (at == null || at.isJsonNull()) return "";
            at = at.isJsonArray() ? (Integer.parseInt(step) < at.getAsJsonArray().size() ? at.getAsJsonArray().get(Integer.parseInt(step)) : null) : at.getAsJsonObject().get(step);
        }
        return at == null || at.isJsonNull() ? "" : at.isJsonPrimitive() ? at.getAsString() : at.toString();
    }

    @Override
    public void close() throws Exception {
        for (LiveKitWorker worker : workers) worker.close();
        configure("io.stoa.webhook", Map.of("urls", new String[0], "apiKey", "devkey"));
        receiver.stop(0);
        caller.close();
    }
}
