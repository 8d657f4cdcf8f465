package io.stoa.edge.twirp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomAgentDispatch;
import io.stoa.protocol.livekit.RoomEgress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bodies of strangers: decoded or malformed, never a bug of ours. */
class TwirpFuzzTest {
    private static final int ROUNDS = 12_000;
    private static final String CREATE = "/twirp/livekit.RoomService/CreateRoom";
    private static final Message VALID = CreateRoomRequest.newBuilder()
            .setName("lobby")
            .setEmptyTimeout(30)
            .setMetadata("grüß")
            .setEgress(RoomEgress.getDefaultInstance())
            .addAgents(RoomAgentDispatch.newBuilder().setAgentName("a").putAttributes("k", "v"))
            .setSyncStreams(true)
            .build();
    private final long seed = Long.getLong("seed", 20261127);
    private final Random random = new Random(seed);
    private final TwirpRoute route = new TwirpRoute();
    private int taken;

    @BeforeEach
    void add() {
        PlayedRooms rooms = new PlayedRooms();
        rooms.answer = Room.getDefaultInstance();
        route.addEndpoint(rooms, TwirpRouteTest.properties(1));
    }

    @Test
    void json_bodies() throws Exception {
        List<String> scraps = List.of("{}", "[]", "null", "-1", "1e99", "\"\"", "[[[[", "\\u0000", "NaN", "{\"a\":{\"b\":[]}}", "'x'", "99999999999999999999");
        String valid = JsonFormat.printer().print(VALID);
        for (int round = 0; round < ROUNDS; round++) {
            StringBuilder text = new StringBuilder(valid);
            for (int edits = random.nextInt(3); edits >= 0; edits--) {
                int at = random.nextInt(text.length());
                if (random.nextBoolean()) text.replace(at, Math.min(text.length(), at + random.nextInt(6)), scraps.get(random.nextInt(scraps.size())));
                else text.setCharAt(at, (char) random.nextInt(0x180));
            }
            attempt(round, Exchange.json(CREATE, text.toString()));
            attempt(round, Exchange.of(CREATE, "application/json", mutated(valid.getBytes(StandardCharsets.UTF_8))));
        }
        assertThat(taken).as("seed %d", seed).isBetween(ROUNDS / 50, 2 * ROUNDS - 1);
    }

    @Test
    void protobuf_bodies() throws Exception {
        for (int round = 0; round < ROUNDS; round++) attempt(round, Exchange.protobuf(CREATE, mutated(VALID.toByteArray())));
        assertThat(taken).as("seed %d", seed).isBetween(ROUNDS / 50, ROUNDS - 1);
    }

    private byte[] mutated(byte[] valid) {
        byte[] bytes = valid.clone();
        for (int edits = random.nextInt(4); edits >= 0; edits--) bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        return bytes;
    }

    private void attempt(int round, Exchange exchange) throws Exception {
        route.handle(exchange);
        if (exchange.status == 200) taken++;
        else assertThat(exchange.error()).as("seed %d, round %d: %s", seed, round, exchange.text()).isEqualTo("400 malformed");
    }
}
