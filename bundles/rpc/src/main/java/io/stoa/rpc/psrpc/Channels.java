package io.stoa.rpc.psrpc;

import io.stoa.rpc.RpcAddress;
import java.util.ArrayList;
import java.util.List;

/** Names of channels (spec 7.4): parts with a bar between them, and what is not a letter, a digit or an underscore by its code point. */
final class Channels {
    private Channels() {}

    static String request(RpcAddress<?, ?> at) {
        return ofServer(at, "REQ");
    }

    static String grant(RpcAddress<?, ?> at) {
        return ofServer(at, "RCLAIM");
    }

    static String streamToServer(RpcAddress<?, ?> at) {
        return ofServer(at, "STR");
    }

    static String claim(String service, String clientId) {
        return joined(List.of(service, clientId, "CLAIM"));
    }

    static String response(String service, String clientId) {
        return joined(List.of(service, clientId, "RES"));
    }

    static String streamToClient(String service, String clientId) {
        return joined(List.of(service, clientId, "STR"));
    }

    private static String ofServer(RpcAddress<?, ?> at, String purpose) {
        List<String> parts = new ArrayList<>(List.of(at.method().service(), at.method().name()));
        parts.addAll(at.topic());
        parts.add(purpose);
        return joined(parts);
    }

    private static String joined(List<String> parts) {
        StringBuilder name = new StringBuilder();
        for (String part : parts) {
            if (part.isEmpty()) continue;
            if (!name.isEmpty()) name.append('|');
            part.codePoints().forEach(character -> append(name, character));
        }
        return name.toString();
    }

    private static void append(StringBuilder name, int character) {
        boolean plain = character >= '0' && character <= '9' || character >= 'A' && character <= 'Z' || character >= 'a' && character <= 'z' || character == '_';
        if (plain) name.append((char) character);
        else name.append((character < 0x10000 ? "u+%04x" : "U+%08x").formatted(character));
    }
}
