package io.stoa.rpc.psrpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.rpc.RpcMethod.Kind;
import io.stoa.rpc.RpcMethods;
import java.lang.reflect.Field;
import org.junit.jupiter.api.Test;

/** Spec 7.4. */
class ChannelsTest {
    @Test
    void parts_have_a_bar_between_them_and_empty_ones_are_left_out() {
        assertThat(Channels.request(RpcMethods.CREATE_ROOM.at("ND_abc"))).isEqualTo("RoomManager|CreateRoom|ND_abc|REQ");
        assertThat(Channels.request(RpcMethods.START_EGRESS.at(""))).isEqualTo("EgressInternal|StartEgress|REQ");
        assertThat(Channels.grant(RpcMethods.JOB_REQUEST.at("agent", "room"))).isEqualTo("AgentInternal|JobRequest|agent|room|RCLAIM");
        assertThat(Channels.streamToServer(RpcMethods.RELAY_SIGNAL.at("ND_abc"))).isEqualTo("Signal|RelaySignal|ND_abc|STR");
        assertThat(Channels.claim("Room", "CLI_1")).isEqualTo("Room|CLI_1|CLAIM");
        assertThat(Channels.response("Room", "CLI_1")).isEqualTo("Room|CLI_1|RES");
        assertThat(Channels.streamToClient("Signal", "CLI_1")).isEqualTo("Signal|CLI_1|STR");
    }

    @Test
    void what_is_no_letter_is_escaped() {
        assertThat(Channels.request(RpcMethods.DELETE_ROOM.at("my-room"))).isEqualTo("Room|DeleteRoom|myu+002droom|REQ");
        assertThat(Channels.request(RpcMethods.DELETE_ROOM.at("a b|é\uD83D\uDE00_9"))).isEqualTo("Room|DeleteRoom|au+0020bu+007cu+00e9U+0001f600_9|REQ");
    }

    @Test
    void every_method_is_named_as_its_service_has_it() throws IllegalAccessException {
        int methods = 0;
        for (Field field : RpcMethods.class.getFields()) {
            var method = (io.stoa.rpc.RpcMethod<?, ?>) field.get(null);
            var described = io.stoa.protocol.Services.byName("rpc." + method.service()).findMethodByName(method.name());
            assertThat(described).as(field.getName()).isNotNull();
            assertThat(described.getInputType()).isEqualTo(method.request().getDescriptorForType());
            assertThat(described.getOutputType()).isEqualTo(method.answer().getDescriptorForType());
            assertThat(method.kind() == Kind.STREAM).isEqualTo(described.isClientStreaming());
            methods++;
        }
        assertThat(methods).isGreaterThan(45);
    }
}
