package io.stoa.room.live;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.stoa.media.DataLane;
import io.stoa.protocol.livekit.DataPacket;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.room.RoomException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A client that says anything at any time: the room answers or ignores it, and never fails. */
class RequestFuzzTest {
    private static final int ROUNDS = 20_000;
    private final long seed = Long.getLong("seed", 5_112_026);
    private final Random random = new Random(seed);
    private final List<String> sids = new ArrayList<>();
    private boolean newerEnums;

    @Test
    void requests_of_every_kind_with_anything_in_them() {
        requests();
    }

    @Test
    void requests_of_a_newer_client_with_enum_values_unknown_here() {
        newerEnums = true;
        requests();
    }

    private void requests() {
        var rig = new Rig();
        try {
            Client mad = rig.single("mad");
            Client calm = rig.dual("calm");
            sids.addAll(List.of(calm.publishesCamera(), calm.publishesMicrophone(), mad.publishesCamera(), mad.sid(), calm.sid(), "mad", "calm"));
            for (int round = 0; round < ROUNDS; round++) {
                SignalRequest request = (SignalRequest) any(SignalRequest.newBuilder(), 0);
                Member member = member(rig, "mad");
                if (member == null) {
                    mad = rig.single("mad");
                    member = member(rig, "mad");
                }
                receive(rig, member, request, round);
                if (round % 100 == 0) rig.advance(50);
                mad.told.clear();
                calm.told.clear();
            }
        } finally {
            rig.close();
        }
    }

    @Test
    void data_of_any_kind() throws RoomException {
        var rig = new Rig();
        try {
            Client mad = rig.single("mad");
            rig.dual("calm");
            Member member = member(rig, "mad");
            for (int round = 0; round < ROUNDS; round++) {
                byte[] bytes = any(DataPacket.newBuilder(), 0).toByteArray();
                if (bytes.length > 0 && random.nextInt(3) == 0) bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                byte[] message = bytes;
                rig.room().call(() -> {
                    rig.room().data().receive(member, random.nextBoolean() ? DataLane.RELIABLE : DataLane.LOSSY, message);
                    return null;
                });
            }
            mad.leaves();
        } finally {
            rig.close();
        }
    }

    private void receive(Rig rig, Member member, SignalRequest request, int round) {
        try {
            rig.room().call(() -> {
                member.receive(rig.room().millis(), request);
                return null;
            });
        } catch (RoomException e) {
            throw new AssertionError("seed " + seed + ", round " + round + ": " + request, e);
        }
    }

    private static Member member(Rig rig, String identity) {
        for (Member member : rig.room().members()) if (member.identity().equals(identity)) return member;
        return null;
    }

    /** A message with some of its fields set to something, deep down as well; leaving is rare. */
    private Message any(Message.Builder builder, int depth) {
        for (FieldDescriptor field : builder.getDescriptorForType().getFields()) {
            boolean one = field.getContainingOneof() != null && field.getContainingOneof().getFieldCount() > 1;
            if (random.nextInt(one ? 12 : 2) != 0 || depth > 4 || field.isMapField()) continue;
            if (field.isRepeated()) for (int i = random.nextInt(3); i > 0; i--) builder.addRepeatedField(field, value(builder, field, depth));
            else builder.setField(field, value(builder, field, depth));
        }
        if (builder instanceof SignalRequest.Builder request && request.hasLeave() && random.nextInt(10) != 0)
            request.setPing(1);
        return builder.build();
    }

    private Object value(Message.Builder builder, FieldDescriptor field, int depth) {
        return switch (field.getJavaType()) {
            case INT -> random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(4);
            case LONG -> random.nextLong();
            case FLOAT -> random.nextFloat();
            case DOUBLE -> random.nextDouble();
            case BOOLEAN -> random.nextBoolean();
            case STRING -> text();
            case BYTE_STRING -> com.google.protobuf.ByteString.copyFrom(new byte[random.nextInt(20)]);
            case ENUM -> newerEnums && random.nextInt(20) == 0
                    ? field.getEnumType().findValueByNumberCreatingIfUnknown(97)
                    : field.getEnumType().getValues().get(random.nextInt(field.getEnumType().getValues().size()));
            case MESSAGE -> any(builder.newBuilderForField(field), depth + 1);
        };
    }

    private String text() {
        return switch (random.nextInt(6)) {
            case 0 -> "";
            case 1, 2 -> sids.isEmpty() ? "x" : sids.get(random.nextInt(sids.size()));
            case 3 -> "{\"candidate\":{\"a\":1}}";
            case 4 -> "cid" + random.nextInt(5);
            default -> "video/" + random.nextInt(100);
        };
    }

}
