package io.stoa.edge.twirp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.stoa.protocol.Services;
import io.stoa.protocol.livekit.ListRoomsResponse;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.Room;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** It says what protobuf's own printer says, of everything that this API can answer. */
class ProtoJsonTest {
    private static final JsonFormat.Printer PRINTER = JsonFormat.printer().preservingProtoFieldNames().alwaysPrintFieldsWithNoPresence();

    private static JsonElement ours(Message message) throws Exception {
        return JsonParser.parseString(new String(ProtoJson.print(message), StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"livekit.RoomService", "livekit.Egress", "livekit.Ingress", "livekit.SIP", "livekit.AgentDispatchService"})
    void answers_of_every_method_filled_at_random(String service) throws Exception {
        for (MethodDescriptor method : Services.byName(service).getMethods())
            for (int seed = 0; seed < 50; seed++) {
                Message message = random(method.getOutputType(), new Random(seed), 4);
                assertThat(ours(message)).as("%s, seed %d", method.getName(), seed).isEqualTo(JsonParser.parseString(PRINTER.print(message)));
            }
    }

    private static Message random(Descriptor type, Random random, int depth) {
        DynamicMessage.Builder message = DynamicMessage.newBuilder(type);
        for (FieldDescriptor field : type.getFields()) {
            if (random.nextInt(3) == 0 || depth == 0 && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) continue;
            if (!field.isRepeated()) message.setField(field, value(field, random, depth));
            else if (!field.isMapField()) for (int i = random.nextInt(3); i > 0; i--) message.addRepeatedField(field, value(field, random, depth));
            else message.addRepeatedField(field, random(field.getMessageType(), random, depth - 1));
        }
        return message.build();
    }

    private static Object value(FieldDescriptor field, Random random, int depth) {
        return switch (field.getJavaType()) {
            case INT -> random.nextInt();
            case LONG -> field.getContainingType().getFullName().startsWith("google.protobuf.") ? (Object) (long) random.nextInt(1_000) : random.nextLong();
            case FLOAT -> random.nextInt(4) == 0 ? Float.NaN : random.nextFloat() * 1e9f;
            case DOUBLE -> random.nextInt(4) == 0 ? Double.NEGATIVE_INFINITY : random.nextGaussian() * 1e-9;
            case BOOLEAN -> random.nextBoolean();
            case STRING -> "\"\\/\b\f\n\r\t\u0001\u007f\u2028<é&漢\ud83d\ude00'".substring(random.nextInt(15));
            case BYTE_STRING -> ByteString.copyFrom(new byte[] {(byte) random.nextInt(), 0, -1}, 0, random.nextInt(4));
            case ENUM -> constant(field.getEnumType(), random);
            case MESSAGE -> field.getMessageType().getFullName().startsWith("google.protobuf.")
                    ? DynamicMessage.newBuilder(field.getMessageType()).setField(field.getMessageType().getFields().getFirst(), 7L).build()
                    : random(field.getMessageType(), random, depth - 1);
        };
    }

    private static Object constant(EnumDescriptor type, Random random) {
        return random.nextInt(4) == 0 ? type.findValueByNumberCreatingIfUnknown(12_345) : type.getValues().get(random.nextInt(type.getValues().size()));
    }

    @Test
    void parts_that_stand_there_often_are_each_as_they_are() throws Exception {
        Room one = Room.newBuilder().setName("one").build();
        Room other = Room.newBuilder().setName("other").build();
        var rooms = ListRoomsResponse.newBuilder();
        for (int i = 0; i < 3_000; i++) rooms.addRooms(i % 2 == 0 ? one : other).addRooms(Room.newBuilder().setName("room " + i));
        assertThat(ours(rooms.build())).isEqualTo(JsonParser.parseString(PRINTER.print(rooms.build())));
    }

    @Test
    void nothing_and_what_is_not_known() throws Exception {
        assertThat(ProtoJson.print(com.google.protobuf.Empty.getDefaultInstance())).isEqualTo("{}".getBytes(StandardCharsets.UTF_8));
        assertThat(new String(ProtoJson.print(ParticipantInfo.newBuilder().setStateValue(77).build()), StandardCharsets.UTF_8)).contains("\"state\":77,");
        assertThat(List.of(ours(ListRoomsResponse.getDefaultInstance()))).containsExactly(JsonParser.parseString("{\"rooms\":[]}"));
    }
}
