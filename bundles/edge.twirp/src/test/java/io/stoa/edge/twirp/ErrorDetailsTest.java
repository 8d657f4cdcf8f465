package io.stoa.edge.twirp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.stoa.protocol.livekit.EgressInfo;
import io.stoa.protocol.livekit.SIPStatus;
import io.stoa.protocol.livekit.SIPStatusCode;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Spec 1.4. */
class ErrorDetailsTest {
    private static Map<String, String> meta(RpcCode code, Any... details) {
        return ErrorDetails.meta(new RpcException(code, "sip status 486: Busy", Map.of("k", "v"), List.of(details)));
    }

    @Test
    void without_details_the_metadata_stays_as_it_is() {
        assertThat(meta(RpcCode.INTERNAL)).isEqualTo(Map.of("k", "v"));
    }

    @Test
    void what_a_sip_peer_said_can_be_read_without_protobuf() throws Exception {
        Any busy = Any.pack(SIPStatus.newBuilder().setCode(SIPStatusCode.SIP_STATUS_BUSY_HERE).setStatus("Busy").build());
        Map<String, String> meta = meta(RpcCode.RESOURCE_EXHAUSTED, busy);
        assertThat(meta).containsEntry("k", "v").containsEntry("sip_status_code", "486").containsEntry("sip_status", "Busy").hasSize(4);
        UnknownFieldSet status = UnknownFieldSet.parseFrom(Base64.getDecoder().decode(meta.get("error_details")));
        assertThat(status.getField(1).getVarintList()).containsExactly(8L);
        assertThat(status.getField(2).getLengthDelimitedList()).containsExactly(ByteString.copyFromUtf8("sip status 486: Busy"));
        assertThat(status.getField(3).getLengthDelimitedList()).containsExactly(busy.toByteString());
        assertThat(meta(RpcCode.UNKNOWN, Any.pack(SIPStatus.newBuilder().setCodeValue(499).build()))).containsEntry("sip_status_code", "499").containsEntry("sip_status", "499");
    }

    @Test
    void other_details_are_carried_and_not_read() {
        assertThat(meta(RpcCode.INTERNAL, Any.pack(EgressInfo.getDefaultInstance()))).containsOnlyKeys("k", "error_details");
        assertThat(meta(RpcCode.INTERNAL, Any.newBuilder().setTypeUrl("type.googleapis.com/livekit.SIPStatus").setValue(ByteString.copyFromUtf8("\377")).build()))
                .containsKeys("sip_status", "error_details");
    }

    @ParameterizedTest
    @EnumSource(RpcCode.class)
    void every_code_has_a_number(RpcCode code) throws Exception {
        UnknownFieldSet status = UnknownFieldSet.parseFrom(Base64.getDecoder().decode(meta(code, Any.getDefaultInstance()).get("error_details")));
        assertThat(status.getField(1).getVarintList().getFirst()).isBetween(1L, 16L);
    }
}
