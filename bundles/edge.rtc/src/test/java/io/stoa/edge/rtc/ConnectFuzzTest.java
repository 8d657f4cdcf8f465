package io.stoa.edge.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.JsonFormat;
import io.stoa.protocol.livekit.AddTrackRequest;
import io.stoa.protocol.livekit.SessionDescription;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.TrackSource;
import io.stoa.protocol.livekit.WrappedJoinRequest.Compression;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Bytes of strangers: join requests, query parameters, frames. Always a verdict, never anything else. */
class ConnectFuzzTest {
    private static final int ROUNDS = 12_000;
    private final long seed = Long.getLong("seed", 20261124);
    private final Random random = new Random(seed);

    @Test
    void join_requests() {
        byte[] request = JoinRequestDecoderTest.REQUEST.toByteArray();
        List<byte[]> valid = List.of(
                JoinRequestDecoderTest.wrap(Compression.NONE, request).getBytes(StandardCharsets.ISO_8859_1),
                JoinRequestDecoderTest.wrap(Compression.GZIP, JoinRequestDecoderTest.gzip(request)).getBytes(StandardCharsets.ISO_8859_1));
        for (int round = 0; round < ROUNDS; round++) {
            String parameter = new String(mutated(valid.get(round & 1)), StandardCharsets.ISO_8859_1);
            attempt(round, () -> JoinRequestDecoder.decode(parameter));
            byte[] inner = mutated(request);
            String wrapped = JoinRequestDecoderTest.wrap(Compression.GZIP, round % 3 == 0 ? inner : JoinRequestDecoderTest.gzip(inner));
            attempt(round, () -> ConnectParameters.ofJoinRequest(JoinRequestDecoder.decode(wrapped)));
        }
    }

    @Test
    void query_parameters() {
        byte[] json = "{\"a\":\"b\",\"c\":{\"d\":[1,2,null]}}".getBytes(StandardCharsets.UTF_8);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = mutated(json);
            String value = round % 4 == 0
                    ? new String(bytes, StandardCharsets.ISO_8859_1)
                    : JoinRequestDecoderTest.base64(bytes);
            attempt(round, () -> ConnectParameters.ofQuery(_ -> value, true));
            attempt(round, () -> ConnectParameters.ofQuery(_ -> value, false));
            assertThat(UserAgent.parse(value)).isNotNull();
        }
    }

    @Test
    void frames() throws Exception {
        List<SignalRequest> valid = List.of(
                SignalRequest.newBuilder().setOffer(SessionDescription.newBuilder().setType("offer").setSdp("v=0").putMidToTrackId("0", "TR")).build(),
                SignalRequest.newBuilder().setAddTrack(AddTrackRequest.newBuilder().setCid("c").setSource(TrackSource.CAMERA)).build(),
                SignalRequest.newBuilder().setPing(1_700_000_000_000L).build());
        for (int round = 0; round < ROUNDS; round++) {
            SignalRequest request = valid.get(round % 3);
            byte[] binary = mutated(request.toByteArray());
            attempt(round, () -> SignalFrames.parse(binary));
            String text = new String(mutated(JsonFormat.printer().print(request).getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
            attempt(round, () -> SignalFrames.parse(text));
        }
    }

    @Test
    void deeply_nested_json_is_a_verdict_too() throws Refusal {
        String deep = "{\"offer\":" + "[".repeat(200_000);
        assertThat(SignalFrames.parse(deep)).isNull();
        String attributes = JoinRequestDecoderTest.base64(("{\"a\":" + "[".repeat(200_000)).getBytes(StandardCharsets.UTF_8));
        assertThat(ConnectParameters.ofQuery(attributes::concat, false).attributes()).isEmpty();
        assertThat(ConnectParameters.ofQuery(name -> name.equals("attributes") ? attributes : null, false).attributes()).isEmpty();
    }

    private interface Attempt {
        void run() throws Refusal;
    }

    private void attempt(int round, Attempt attempt) {
        try {
            attempt.run();
        } catch (Refusal refusal) {
            assertThat(refusal.status()).isBetween(400, 499);
        } catch (RuntimeException | Error bug) {
            throw new AssertionError("seed " + seed + ", round " + round, bug);
        }
    }

    private byte[] mutated(byte[] valid) {
        byte[] bytes = valid.clone();
        for (int i = random.nextInt(4); i >= 0; i--) bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        if (random.nextInt(4) == 0) bytes = java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
        return bytes.length == 0 ? new byte[] {0} : bytes;
    }
}
