package io.stoa.edge.rtc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.protocol.livekit.ClientInfo;
import io.stoa.protocol.livekit.ConnectionSettings;
import io.stoa.protocol.livekit.JoinRequest;
import io.stoa.protocol.livekit.ReconnectReason;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConnectParametersTest {
    @Test
    void the_javascript_client_says_little() throws Refusal {
        var asked = query(Map.of("auto_subscribe", "1", "sdk", "js", "version", "2.23.0", "protocol", "17", "client_protocol", "2"));

        assertThat(asked.client()).isEqualTo(ClientInfo.newBuilder()
                .setSdk(ClientInfo.SDK.JS).setVersion("2.23.0").setProtocol(17).setClientProtocol(2).build());
        assertThat(asked.autoSubscribe()).isTrue();
        assertThat(asked.single()).isFalse();
        assertThat(asked.resume()).isFalse();
        assertThat(asked.allowPause()).isEmpty();
    }

    @Test
    void absent_parameters_have_the_documented_defaults() throws Refusal {
        var asked = query(Map.of());
        assertThat(asked.autoSubscribe()).isTrue();
        assertThat(asked.autoSubscribeDataTrack()).isEmpty();
        assertThat(asked.adaptiveStream()).isFalse();
        assertThat(asked.client().getProtocol()).isZero();
        assertThat(asked.client().getSdk()).isEqualTo(ClientInfo.SDK.UNKNOWN);
    }

    @Test
    void only_1_and_true_are_true() throws Refusal {
        assertThat(query(Map.of("auto_subscribe", "yes")).autoSubscribe()).isFalse();
        assertThat(query(Map.of("auto_subscribe", "true")).autoSubscribe()).isTrue();
        assertThat(query(Map.of("subscriber_allow_pause", "0")).allowPause()).contains(false);
    }

    @Test
    void the_sid_counts_only_when_something_is_resumed() throws Refusal {
        assertThat(query(Map.of("sid", "PA_1", "reconnect_reason", "2")).sid()).isEmpty();
        var resumed = query(Map.of("reconnect", "1", "sid", "PA_1", "reconnect_reason", "2"));
        assertThat(resumed.sid()).isEqualTo("PA_1");
        assertThat(resumed.reason()).isEqualTo(ReconnectReason.RR_PUBLISHER_FAILED);
        assertThat(query(Map.of("reconnect", "1", "reconnect_reason", "77")).reason()).isEqualTo(ReconnectReason.RR_UNKNOWN);
    }

    @ParameterizedTest
    @CsvSource({"ios,SWIFT", "swift,SWIFT", "reactnative,REACT_NATIVE", "unityweb,UNITY_WEB", "ESP32,ESP32", "netscape,UNKNOWN"})
    void sdks_are_known_by_name(String name, ClientInfo.SDK sdk) throws Refusal {
        assertThat(query(Map.of("sdk", name)).client().getSdk()).isEqualTo(sdk);
    }

    @Test
    void capabilities_are_a_list_of_names() throws Refusal {
        assertThat(query(Map.of("capabilities", "CAP_PACKET_TRAILER,CAP_TIME_TRAVEL,CAP_COMPRESSION_DEFLATE_RAW")).client().getCapabilitiesList())
                .containsExactly(ClientInfo.Capability.CAP_PACKET_TRAILER, ClientInfo.Capability.CAP_COMPRESSION_DEFLATE_RAW);
    }

    @Test
    void attributes_are_base64_of_json() throws Refusal {
        String good = JoinRequestDecoderTest.base64("{\"role\":\"host\"}".getBytes());
        assertThat(query(Map.of("attributes", good)).attributes()).isEqualTo(Map.of("role", "host"));
        assertThat(query(Map.of("attributes", "%%%")).attributes()).isEmpty();
        assertThatThrownBy(() -> ConnectParameters.ofQuery(name -> name.equals("attributes") ? "%%%" : null, true))
                .hasMessage("cannot decode attributes");
    }

    @Test
    void a_join_request_has_its_own_defaults() {
        var asked = ConnectParameters.ofJoinRequest(JoinRequest.getDefaultInstance());
        assertThat(asked.single()).isTrue();
        assertThat(asked.autoSubscribe()).isFalse();
        assertThat(asked.autoSubscribeDataTrack()).contains(false);
        assertThat(asked.allowPause()).contains(false);
        assertThat(asked.offer()).isEmpty();

        var adaptive = ConnectParameters.ofJoinRequest(JoinRequest.newBuilder()
                .setConnectionSettings(ConnectionSettings.newBuilder().setAdaptiveStream(true).setSubscriberAllowPause(true))
                .build());
        assertThat(adaptive.adaptiveStream()).isTrue();
        assertThat(adaptive.allowPause()).contains(true);
    }

    private static ConnectParameters query(Map<String, String> parameters) throws Refusal {
        return ConnectParameters.ofQuery(parameters::get, false);
    }
}
