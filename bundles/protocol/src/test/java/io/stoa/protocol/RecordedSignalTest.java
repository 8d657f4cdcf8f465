package io.stoa.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.stoa.protocol.livekit.JoinRequest;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SignalResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** What real clients and a real server said to each other survives our schema: JSON, message, bytes, message, JSON. */
class RecordedSignalTest {
    private static final JsonFormat.Parser PARSER = JsonFormat.parser(); // strict: an unknown field or enum value is an error
    private static final JsonFormat.Printer PRINTER = JsonFormat.printer();

    @Test
    void every_recorded_message_is_read_whole_and_written_the_same() throws IOException {
        Set<SignalRequest.MessageCase> requests = EnumSet.noneOf(SignalRequest.MessageCase.class);
        Set<SignalResponse.MessageCase> responses = EnumSet.noneOf(SignalResponse.MessageCase.class);
        int joins = 0;
        for (JsonObject line : lines()) {
            if (line.has("recording")) {
                if (line.getAsJsonObject("query").get("join_request") instanceof JsonObject wrapped) {
                    roundTrip(wrapped.getAsJsonObject("joinRequest"), JoinRequest.getDefaultInstance());
                    joins++;
                }
            } else if (line.get("dir").getAsString().equals("client")) {
                requests.add(((SignalRequest) roundTrip(line.get("msg"), SignalRequest.getDefaultInstance())).getMessageCase());
            } else {
                responses.add(((SignalResponse) roundTrip(line.get("msg"), SignalResponse.getDefaultInstance())).getMessageCase());
            }
        }
        assertThat(joins).isEqualTo(81);
        assertThat(requests).hasSize(17).doesNotContain(SignalRequest.MessageCase.MESSAGE_NOT_SET);
        assertThat(responses).hasSize(25).doesNotContain(SignalResponse.MessageCase.MESSAGE_NOT_SET);
    }

    private static Message roundTrip(JsonElement json, Message prototype) throws IOException {
        Message.Builder builder = prototype.newBuilderForType();
        PARSER.merge(json.toString(), builder);
        Message read = prototype.getParserForType().parseFrom(builder.build().toByteArray());
        assertThat(read.getUnknownFields().asMap()).isEmpty();
        assertThat(floats(JsonParser.parseString(PRINTER.print(read)))).isEqualTo(floats(json));
        return read;
    }

    /** The recorder wrote levels and scores, which are floats, as doubles. */
    private static JsonElement floats(JsonElement json) {
        if (json instanceof JsonObject object) {
            JsonObject copy = new JsonObject();
            object.entrySet().forEach(entry -> copy.add(entry.getKey(), floats(entry.getValue())));
            return copy;
        }
        if (json instanceof JsonArray array) {
            JsonArray copy = new JsonArray();
            array.forEach(element -> copy.add(floats(element)));
            return copy;
        }
        return json instanceof JsonPrimitive number && number.isNumber() ? new JsonPrimitive(number.getAsFloat()) : json;
    }

    private static List<JsonObject> lines() throws IOException {
        List<JsonObject> lines = new ArrayList<>();
        try (InputStream in = RecordedSignalTest.class.getResourceAsStream("/recordings/signal.jsonl.gz");
                BufferedReader reader = new BufferedReader(new InputStreamReader(new GZIPInputStream(in), StandardCharsets.UTF_8))) {
            for (String line; (line = reader.readLine()) != null; ) lines.add(JsonParser.parseString(line).getAsJsonObject());
        }
        return lines;
    }
}
