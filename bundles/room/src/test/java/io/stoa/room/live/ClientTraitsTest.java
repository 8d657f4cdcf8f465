package io.stoa.room.live;

import static io.stoa.protocol.livekit.SignalResponse.MessageCase.JOIN;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.RECONNECT;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.media.PeerSpec;
import io.stoa.media.PeerSpec.EnabledCodec;
import io.stoa.protocol.livekit.ClientConfiguration;
import io.stoa.protocol.livekit.ClientInfo;
import io.stoa.protocol.livekit.Codec;
import io.stoa.protocol.livekit.JoinResponse;
import io.stoa.protocol.livekit.SignalResponse.MessageCase;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Spec 4.3: what some clients cannot or should not do. */
class ClientTraitsTest {
    private static ClientInfo.Builder client(String browser, String version, String os) {
        return ClientInfo.newBuilder().setProtocol(17).setBrowser(browser).setBrowserVersion(version).setOs(os);
    }

    private static String words(List<Codec> codecs) {
        return String.join(" ", codecs.stream().map(Codec::getMime).toList());
    }

    @ParameterizedTest
    @CsvSource({
        "Chrome, 142.0, Linux, true, '', ''",
        "Firefox, 153.0, Linux, false, '', video/H264",
        "Firefox Mobile, 153.0, Android, false, '', video/H264",
        "Firefox, 153.0, Windows, false, '', ''",
        "Safari, 18.3, Mac OS X, false, video/AV1, ''",
        "Safari, 18.4, Mac OS X, false, video/AV1, video/VP9",
        "Mobile Safari, 26.1, iOS, false, video/AV1, video/VP9",
        "'', '', '', true, '', ''",
    })
    void browsers(String browser, String version, String os, boolean red, String disabled, String toPublish) {
        ClientTraits traits = ClientTraits.of(client(browser, version, os).build());
        assertThat(traits.red()).isEqualTo(red);
        assertThat(traits.configuration(false).isPresent()).isEqualTo(!disabled.isEmpty() || !toPublish.isEmpty());
        ClientConfiguration configuration = traits.configuration(false).orElse(ClientConfiguration.getDefaultInstance());
        assertThat(words(configuration.getDisabledCodecs().getCodecsList())).isEqualTo(disabled);
        assertThat(words(configuration.getDisabledCodecs().getPublishList())).isEqualTo(toPublish);
    }

    @ParameterizedTest
    @CsvSource({
        "RUST, '', 9, TRACK_SUBSCRIBED REQUEST_RESPONSE", "RUST, '', 10, ''", "GO, '', 9, ''", "JS, 1.6.2, 8, RECONNECT", "JS, 1.6.3, 8, ''", "JS, 1.6.3-rc1, 8, ''",
        "JS, 0.18, 8, RECONNECT", "JS, 1.10.0, 8, ''", "JS, 2, 8, ''", "JS, '', 8, ''", "JS, x, 8, ''", "JS, 99999999999999.1, 8, ''", "SWIFT, 1.0.0, 8, ''",
    })
    void messages_that_old_clients_stumble_over(ClientInfo.SDK sdk, String version, int protocol, String unknown) {
        ClientTraits traits = ClientTraits.of(ClientInfo.newBuilder().setSdk(sdk).setVersion(version).setProtocol(protocol).build());
        for (MessageCase message : MessageCase.values()) assertThat(traits.understands(message)).isEqualTo(!List.of(unknown.split(" ")).contains(message.name()));
    }

    @Test
    void a_telephone_whose_encoder_is_broken() {
        ClientInfo.Builder client = client("", "", "android").setDeviceModel("Xiaomi 2201117TI");
        assertThat(ClientTraits.of(client.build()).disabledToPublish()).containsExactly("video/H264");
        assertThat(ClientTraits.of(client.setDeviceModel("Xiaomi 1").build()).disabledToPublish()).isEmpty();
    }

    @Test
    void what_is_only_sent_badly_is_still_received() {
        ClientTraits firefox = ClientTraits.of(client("Firefox", "153.0", "Linux").build());
        List<EnabledCodec> codecs = List.of(new EnabledCodec("video/h264", ""), new EnabledCodec("video/vp8", ""));
        assertThat(firefox.allow(codecs, true)).extracting(EnabledCodec::mime).containsExactly("video/vp8");
        assertThat(firefox.allow(codecs, false)).extracting(EnabledCodec::mime).containsExactly("video/h264", "video/vp8");
    }

    @ParameterizedTest
    @CsvSource({
        "true, Chrome, 17, false, true", "true, Chrome, 6, false, true", "true, Chrome, 5, false, false", "true, Chrome, 17, true, false", "true, Firefox, 17, false, false",
        "true, Firefox Mobile, 17, false, false", "true, '', 17, false, true", "false, Chrome, 17, false, false",
    })
    void who_looks_for_paths_alone(boolean configured, String browser, int protocol, boolean unwanted, boolean lite) {
        try (Rig rig = new Rig()) {
            rig.iceLite = configured;
            rig.client("ann").with(start -> start.setClient(client(browser, "153.0", "Linux").setProtocol(protocol)).setDisableIceLite(unwanted)).join();
            assertThat(rig.plane.peers).hasSize(2).allMatch(peer -> peer.spec.iceLite() == lite);
        }
    }

    @Test
    void the_client_is_told_when_it_joins_and_when_it_comes_back() {
        try (Rig rig = new Rig()) {
            Client ann = rig.client("ann").with(start -> start.setClient(client("Firefox", "153.0", "Linux"))).join().connected();
            JoinResponse join = ann.last(JOIN).getJoin();
            assertThat(words(join.getClientConfiguration().getDisabledCodecs().getPublishList())).isEqualTo("video/H264");
            assertThat(words(join.getEnabledPublishCodecsList())).isEqualTo("video/VP8 video/VP9 audio/opus audio/red");
            assertThat(rig.plane.peers).allMatch(peer -> peer.spec.firefox() && !peer.spec.red());
            assertThat(rig.plane.peers).filteredOn(peer -> peer.spec.role() == PeerSpec.Role.PUBLISHER).allMatch(
                    peer -> peer.spec.enabledCodecs().stream().noneMatch(codec -> codec.mime().equals("video/h264")));
            Client again = ann.resume();
            assertThat(words(again.last(RECONNECT).getReconnect().getClientConfiguration().getDisabledCodecs().getPublishList())).isEqualTo("video/H264");
            Client bob = rig.client("bob").with(start -> start.setClient(client("Chrome", "142.0", "Linux"))).join();
            assertThat(bob.last(JOIN).getJoin().hasClientConfiguration()).isFalse();
        }
    }
}
