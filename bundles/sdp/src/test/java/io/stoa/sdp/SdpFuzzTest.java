package io.stoa.sdp;

import static org.assertj.core.api.Assertions.fail;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever a stranger sends as SDP: it is read or refused with an {@link SdpException}, nothing else. */
class SdpFuzzTest {
    @Test
    void mutated_offers_are_read_or_refused() throws Exception {
        long seed = 20_261;
        Random random = new Random(seed);
        String[] corpus = {SdpTest.resource("chrome-offer-simulcast"), SdpTest.resource("rust-offer"), SdpTest.resource("firefox-offer")};
        for (int round = 0; round < 3_000; round++) {
            StringBuilder text = new StringBuilder(corpus[round % corpus.length]);
            for (int edits = 1 + random.nextInt(12); edits > 0; edits--) {
                int at = random.nextInt(text.length());
                switch (random.nextInt(4)) {
                    case 0 -> text.setCharAt(at, (char) random.nextInt(256));
                    case 1 -> text.delete(at, Math.min(text.length() - 1, at + random.nextInt(200)));
                    case 2 -> text.insert(at, " :=/;-1\n".charAt(random.nextInt(8)));
                    default -> text.insert(at, text.substring(at, Math.min(text.length(), at + random.nextInt(300))));
                }
            }
            try {
                SdpWriter.write(SdpParser.parse(text.toString()));
            } catch (SdpException expected) {
                // refused
            } catch (RuntimeException e) {
                fail("seed " + seed + " round " + round, e);
            }
        }
    }
}
