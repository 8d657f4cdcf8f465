package io.stoa.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** What never reaches a route (no HTTP, too long a header) is answered like everything else: with a line of text that names the status only. */
final class PlainErrors extends ErrorHandler {
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        describe(response.getHeaders());
        response.write(true, text(response.getStatus()), callback);
        return true;
    }

    @Override
    public ByteBuffer badMessageError(int status, String reason, HttpFields.Mutable fields) {
        describe(fields);
        return text(status);
    }

    private static void describe(HttpFields.Mutable fields) {
        fields.put(HttpHeader.CONTENT_TYPE, "text/plain; charset=utf-8");
        fields.put("X-Content-Type-Options", "nosniff");
    }

    private static ByteBuffer text(int status) {
        return ByteBuffer.wrap((status + " " + HttpStatus.getMessage(status)).getBytes(StandardCharsets.UTF_8));
    }
}
