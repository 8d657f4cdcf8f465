package io.stoa.edge.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.protocol.livekit.ClientInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UserAgentTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 | Chrome | 142.0.0.0 | Linux | ''
            Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/142.0.0.0 Safari/537.36 | HeadlessChrome | 142.0.0.0 | Linux | ''
            Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0 | Firefox | 140.0 | Linux | ''
            Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0 | Firefox Mobile | 140.0 | Android | 14
            Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Safari/605.1.15 | Safari | 18.4 | Mac OS X | 10.15.7
            Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Mobile/15E148 Safari/604.1 | Mobile Safari | 18.3 | iOS | 18.3
            Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0 | Edge | 141.0.0.0 | Windows | 10
            Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/127.0.0.0 Safari/537.36 OBS-Studio/31.0 | OBS Studio | 31.0 | Windows | 10
            curl/8.9 | '' | '' | '' | ''
            """)
    void browsers_and_systems(String header, String browser, String version, String os, String osVersion) {
        UserAgent agent = UserAgent.parse(header);
        assertThat(agent.browser()).isEqualTo(browser);
        assertThat(agent.browserVersion()).isEqualTo(version);
        assertThat(agent.os()).isEqualTo(os);
        assertThat(agent.osVersion()).isEqualTo(osVersion);
    }

    @Test
    void what_the_client_says_itself_wins() {
        var agent = UserAgent.parse("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0");
        var told = ClientInfo.newBuilder().setSdk(ClientInfo.SDK.JS).setBrowser("Safari").setBrowserVersion("18");
        agent.complete(told);
        assertThat(told.getBrowser()).isEqualTo("Safari");
        assertThat(told.getBrowserVersion()).isEqualTo("18");
        assertThat(told.getOs()).isEqualTo("Linux");

        var rust = ClientInfo.newBuilder().setSdk(ClientInfo.SDK.RUST);
        agent.complete(rust);
        assertThat(rust.getBrowser()).isEmpty();
    }
}
