package io.stoa.edge.rtc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.stoa.protocol.livekit.ClientInfo;
import io.stoa.protocol.livekit.JoinRequest;
import io.stoa.protocol.livekit.WrappedJoinRequest;
import io.stoa.protocol.livekit.WrappedJoinRequest.Compression;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class JoinRequestDecoderTest {
    static final JoinRequest REQUEST = JoinRequest.newBuilder()
            .setClientInfo(ClientInfo.newBuilder().setSdk(ClientInfo.SDK.JS).setVersion("2.23.0").setProtocol(17))
            .setMetadata("ünïcode?>~")
            .build();

    @Test
    void plain_and_gzipped_requests_are_the_same() throws Refusal {
        assertThat(JoinRequestDecoder.decode(wrap(Compression.NONE, REQUEST.toByteArray()))).isEqualTo(REQUEST);
        assertThat(JoinRequestDecoder.decode(wrap(Compression.GZIP, gzip(REQUEST.toByteArray())))).isEqualTo(REQUEST);
    }

    @Test
    void every_layer_says_for_itself_that_it_cannot_be_read() {
        refuses("!!!", "cannot base64 decode wrapped join request");
        refuses(base64(new byte[] {0x12, 0x7f, 1}), "cannot unmarshal wrapped join request");
        refuses(wrap(Compression.NONE, new byte[] {0x0a, 0x7f}), "cannot unmarshal join request");
        refuses(wrap(Compression.GZIP, new byte[] {1, 2, 3}), "cannot read decompressed join request");
        refuses(base64(new byte[] {0x08, 0x07}), "cannot unmarshal wrapped join request");
    }

    @Test
    void a_small_parcel_that_unpacks_to_much_is_refused() {
        byte[] zeros = gzip(new byte[64 << 20]);
        assertThat(zeros.length).isLessThan(100_000);
        refuses(wrap(Compression.GZIP, zeros), "join request too large");
        refuses(wrap(Compression.NONE, new byte[JoinRequestDecoder.MAX_BYTES + 1]), "join request too large");
    }

    @Test
    void a_request_may_have_a_megabyte() throws Refusal {
        int frame = JoinRequest.newBuilder().setMetadata("m".repeat(1 << 19)).build().getSerializedSize() - (1 << 19);
        JoinRequest most = JoinRequest.newBuilder().setMetadata("m".repeat(JoinRequestDecoder.MAX_BYTES - frame)).build();
        assertThat(most.getSerializedSize()).isEqualTo(JoinRequestDecoder.MAX_BYTES);
        assertThat(JoinRequestDecoder.decode(wrap(Compression.NONE, most.toByteArray()))).isEqualTo(most);
        assertThat(JoinRequestDecoder.decode(wrap(Compression.GZIP, gzip(most.toByteArray())))).isEqualTo(most);
        byte[] more = most.toBuilder().setMetadata(most.getMetadata() + "m").build().toByteArray();
        refuses(wrap(Compression.NONE, more), "join request too large");
        refuses(wrap(Compression.GZIP, gzip(more)), "join request too large");
    }

    static void refuses(String parameter, String text) {
        assertThatThrownBy(() -> JoinRequestDecoder.decode(parameter))
                .isInstanceOfSatisfying(Refusal.class, refusal -> {
                    assertThat(refusal.status()).isEqualTo(400);
                    assertThat(refusal).hasMessage(text);
                });
    }

    static String wrap(Compression compression, byte[] inner) {
        return base64(WrappedJoinRequest.newBuilder()
                .setCompression(compression)
                .setJoinRequest(ByteString.copyFrom(inner))
                .build()
                .toByteArray());
    }

    static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().encodeToString(bytes);
    }

    static byte[] gzip(byte[] bytes) {
        var packed = new ByteArrayOutputStream();
        try (var stream = new GZIPOutputStream(packed)) {
            stream.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return packed.toByteArray();
    }
}
