package io.stoa.service.ingress;

import static io.stoa.rpc.RpcException.invalidArgument;

import io.stoa.rpc.RpcException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;

/** Where media is fetched from. */
final class PulledUrl {
    private static final Set<String> SCHEMES = Set.of("http", "https", "srt");
    private static final String NEVER_IN_A_URL = " \"<>\\^`{|}";

    private PulledUrl() {}

    /** @return the URL with what may not stand in it encoded */
    static String checked(String text) throws RpcException {
        if (text.isEmpty()) throw IngressChecks.invalid("missing URL parameter");
        URI url;
        try {
            url = new URI(encoded(text));
        } catch (URISyntaxException e) {
            throw invalidArgument("parse \"" + text + "\": " + e.getReason());
        }
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        if (!SCHEMES.contains(scheme)) throw IngressChecks.invalid("invalid url scheme " + scheme);
        return url.toString();
    }

    private static String encoded(String text) {
        StringBuilder encoded = new StringBuilder();
        for (int c : text.codePoints().toArray()) {
            if (c <= '~' && NEVER_IN_A_URL.indexOf(c) < 0) encoded.appendCodePoint(c);
            else for (byte one : Character.toString(c).getBytes(StandardCharsets.UTF_8)) encoded.append("%%%02X".formatted(one));
        }
        return encoded.toString();
    }
}
