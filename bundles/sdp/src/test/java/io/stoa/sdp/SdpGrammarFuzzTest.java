package io.stoa.sdp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Short descriptions put together from every attribute that the parser knows and from values that are almost right: many more ways into
 * each branch than mutations of long offers find. What is accepted can be written, read again, and written the same.
 */
class SdpGrammarFuzzTest {
    private static final String[] KEYS = {
        "ice-ufrag", "ice-pwd", "ice-options", "fingerprint", "setup", "sendrecv", "inactive", "extmap-allow-mixed", "group", "ice-lite",
        "msid-semantic", "mid", "rtpmap", "fmtp", "rtcp-fb", "extmap", "rtcp-mux", "bundle-only", "msid", "ssrc", "ssrc-group", "rid",
        "simulcast", "candidate", "end-of-candidates", "sctp-port", "max-message-size", "x-unknown"
    };
    private static final String[] TOKENS = {
        "", " ", "  ", "0", "1", "96", "096", "+96", "-1", "127", "128", "255", "256", "4294967295", "99999999999999999999", "*", "send",
        "recv", "sendonly", "q", "~q", "~", "q;h", ";", "q,h", "a=b", "=", ":", "/", "//", "VP8/90000", "opus/48000/2", "VP8/0/0",
        "VP8/x", "apt=96", "BUNDLE", "BUNDLE 0 1", "LS", "FID", "actpass", "ACTIVE", "sha-256", "sha-256 AA:BB", "AA:", "urn:x", "1/sendonly",
        "1/", "/recvonly", "cname:x", "msid:a b", "\u0000", "\t", "\r", "é", "\ud83d\ude00", "٣", "pt=96;max-width=1"
    };
    private static final String[] LINES = {
        "m=audio 9 UDP/TLS/RTP/SAVPF 111 0 8", "m=video 9 UDP/TLS/RTP/SAVPF 96 97 096 +96", "m=video 0 UDP/TLS/RTP/SAVPF 0",
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "m=audio 9/2 RTP/AVP *", "m=x 99999 RTP x y z", "c=IN IP4 0.0.0.0", "b=AS:1",
        "s=-", "v=0", "o=- 1 2 IN IP4 0.0.0.0", "o=- -1 18446744073709551615 IN IP6 ::1", "=", "a", "a=", "a=:", "a= : "
    };

    @Test
    void every_attribute_with_every_kind_of_value() {
        long seed = 20_265;
        Random random = new Random(seed);
        int accepted = 0;
        for (int round = 0; round < 120_000; round++) {
            String text = description(random);
            try {
                String written = again(again(SdpWriter.write(SdpParser.parse(text))));
                assertThat(again(written)).isEqualTo(written);
                accepted++;
            } catch (SdpException refused) {
                if (refused.getMessage().isBlank()) fail("seed " + seed + " round " + round + " says nothing");
            } catch (RuntimeException | AssertionError e) {
                fail("seed " + seed + " round " + round + ":\n" + text, e);
            }
        }
        assertThat(accepted).as("not everything is refused at the first line").isGreaterThan(20_000);
    }

    /** The second writing may still differ: a section without codecs is given format 0, which is a codec when it is read. */
    private static String again(String written) throws SdpException {
        return SdpWriter.write(SdpParser.parse(written));
    }

    private static String description(Random random) {
        StringBuilder text = new StringBuilder("v=0\r\n");
        if (random.nextInt(3) > 0) text.append(LINES[random.nextInt(4)]).append("\r\n");
        for (int lines = 1 + random.nextInt(4); lines > 0; lines--) {
            if (random.nextInt(6) == 0) text.append(LINES[random.nextInt(LINES.length)]);
            else attribute(random, text);
            text.append(random.nextInt(10) == 0 ? "\n" : "\r\n");
        }
        return text.toString();
    }

    private static void attribute(Random random, StringBuilder text) {
        text.append("a=").append(KEYS[random.nextInt(KEYS.length)]);
        if (random.nextInt(8) > 0) text.append(':');
        for (int tokens = random.nextInt(4); tokens > 0; tokens--) {
            text.append(TOKENS[random.nextInt(TOKENS.length)]);
            if (random.nextBoolean()) text.append(' ');
        }
    }
}
