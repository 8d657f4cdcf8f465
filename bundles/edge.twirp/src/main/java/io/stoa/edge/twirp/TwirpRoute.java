package io.stoa.edge.twirp;

import com.google.gson.JsonObject;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.stoa.http.HttpExchange;
import io.stoa.http.HttpRoute;
import io.stoa.metrics.Metric;
import io.stoa.metrics.MetricSource;
import io.stoa.rpc.Caller;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcEndpoint;
import io.stoa.rpc.RpcException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All RPC services of this node over HTTP. */
@Component(service = {HttpRoute.class, MetricSource.class})
public final class TwirpRoute implements HttpRoute, MetricSource {
    private static final Logger LOG = LoggerFactory.getLogger(TwirpRoute.class);
    private static final String PREFIX = "/twirp/";
    private static final JsonFormat.Parser PARSER = JsonFormat.parser().ignoringUnknownFields();

    /** An endpoint in the order of services: the highest ranking first, then whoever was there first. */
    private record Offer(RpcEndpoint endpoint, int ranking, long id) {
        private static final Comparator<Offer> BEST = Comparator.comparingInt(Offer::ranking).reversed().thenComparingLong(Offer::id);
    }

    private volatile List<Offer> offers = List.of();
    private final CallCounts calls = new CallCounts();
    private boolean ended;

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    synchronized void addEndpoint(RpcEndpoint endpoint, Map<String, Object> properties) {
        int ranking = properties.get(Constants.SERVICE_RANKING) instanceof Integer given ? given : 0;
        Offer offer = new Offer(endpoint, ranking, (Long) properties.get(Constants.SERVICE_ID));
        offers = Stream.concat(offers.stream(), Stream.of(offer)).sorted(Offer.BEST).toList();
    }

    synchronized void removeEndpoint(RpcEndpoint endpoint) {
        if (!ended) offers = offers.stream().filter(offer -> offer.endpoint != endpoint).toList();
    }

    /** Its references are taken away next, and the services behind them work on: whoever has asked this one is still answered. */
    @Deactivate
    synchronized void end() {
        ended = true;
    }

    private RpcEndpoint endpoint(String service) {
        for (Offer offer : offers) if (offer.endpoint.descriptor().getFullName().equals(service)) return offer.endpoint;
        return null;
    }

    @Override
    public String path() {
        return PREFIX;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        String rest = exchange.path().substring(PREFIX.length());
        int slash = rest.indexOf('/');
        String service = slash < 0 ? rest : rest.substring(0, slash);
        String method = slash < 0 ? "" : rest.substring(slash + 1);
        if (slash < 0 || !AbsentService.KNOWN.containsKey(service) && endpoint(service) == null) {
            exchange.respond(404, "404 page not found\n");
            return;
        }
        long begun = System.nanoTime();
        try {
            call(exchange, service, method);
            calls.succeeded(service, method, begun);
        } catch (RpcException e) {
            calls.failed(service, method, e.code(), begun);
            error(exchange, e);
        } catch (RuntimeException e) {
            LOG.error("{}.{} failed", service, method, e);
            calls.failed(service, method, RpcCode.INTERNAL, begun);
            error(exchange, new RpcException(RpcCode.INTERNAL, "internal error"));
        }
    }

    @Override
    public List<Metric> metrics() {
        return calls.metrics();
    }

    private void call(HttpExchange exchange, String service, String method) throws RpcException, IOException {
        if (!exchange.method().equals("POST"))
            throw badRoute(exchange, "unsupported method \"" + exchange.method() + "\" (only POST is allowed)");
        boolean json = isJson(exchange);
        Caller caller = new Caller(exchange.claims().orElse(null), TimedCall.patience(exchange.header(TimedCall.HEADER)));
        RpcEndpoint endpoint = endpoint(service);
        ServiceDescriptor descriptor = endpoint != null ? endpoint.descriptor() : io.stoa.protocol.Services.byName(service);
        if (descriptor.findMethodByName(method) == null) throw badRoute(exchange, "no handler for path \"" + exchange.path() + "\"");
        if (endpoint == null) throw AbsentService.KNOWN.get(service).refuse(method, absentRequest(exchange, descriptor, method, json), caller);
        Message prototype = endpoint.requestPrototype(method);
        if (prototype == null) throw new RpcException(RpcCode.UNIMPLEMENTED, method + " is not implemented");
        Message request = read(exchange.body(), prototype, json);
        Message response = TimedCall.run(exchange.header(TimedCall.HEADER), () -> endpoint.call(method, request, caller));
        if (json) exchange.respond(200, "application/json", ProtoJson.print(response));
        else exchange.respond(200, "application/protobuf", response.toByteArray());
    }

    private static Message absentRequest(HttpExchange exchange, ServiceDescriptor service, String method, boolean json) throws RpcException, IOException {
        return read(exchange.body(), DynamicMessage.getDefaultInstance(service.findMethodByName(method).getInputType()), json);
    }

    private static boolean isJson(HttpExchange exchange) throws RpcException {
        String header = exchange.header("Content-Type");
        String type = header == null ? "" : header.split(";")[0].strip().toLowerCase(Locale.ROOT);
        return switch (type) {
            case "application/json" -> true;
            case "application/protobuf" -> false;
            default -> throw badRoute(exchange, "unexpected Content-Type: \"" + (header == null ? "" : header) + "\"");
        };
    }

    private static RpcException badRoute(HttpExchange exchange, String message) {
        return new RpcException(RpcCode.BAD_ROUTE, message, Map.of("twirp_invalid_route", exchange.method() + " " + exchange.path()));
    }

    private static Message read(byte[] body, Message prototype, boolean json) throws RpcException {
        Message.Builder builder = prototype.newBuilderForType();
        try {
            if (json) {
                if (body.length == 0) throw new InvalidProtocolBufferException("empty body");
                PARSER.merge(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString(), builder);
            } else {
                builder.mergeFrom(body);
            }
        } catch (InvalidProtocolBufferException | CharacterCodingException e) {
            throw new RpcException(RpcCode.MALFORMED, json ? "the json request could not be decoded" : "the protobuf request could not be decoded");
        }
        return builder.build();
    }

    private static void error(HttpExchange exchange, RpcException e) {
        JsonObject body = new JsonObject();
        body.addProperty("code", e.code().text);
        body.addProperty("msg", e.getMessage());
        Map<String, String> details = ErrorDetails.meta(e);
        if (!details.isEmpty()) {
            JsonObject meta = new JsonObject();
            details.forEach(meta::addProperty);
            body.add("meta", meta);
        }
        exchange.respond(e.code().httpStatus, "application/json", body.toString().getBytes(StandardCharsets.UTF_8));
    }
}
