package io.stoa.srtp.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.stoa.srtp.SrtpTrial;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The same with AES-GCM of libIPSec_MB. */
class IpsecMbTest extends EnginesTest {
    @BeforeAll
    static void there() {
        try {
            LibCryptoEngine.withIpsecMb();
        } catch (LinkageError e) {
            abort(e.getMessage());
        }
    }

    @Override
    LibCryptoEngine engine() {
        return LibCryptoEngine.withIpsecMb();
    }

    @Test
    void known_answers_and_every_length_as_libcrypto_does() {
        SrtpTrial trial = new SrtpTrial(libcrypto);
        trial.knownAnswers();
        trial.sameAs(new LibCryptoEngine());
    }

    @Test
    void it_is_what_the_component_takes() {
        assertThat(NativeCrypto.fastest().name()).isEqualTo(libcrypto.name()).contains(" with libIPSec_MB 1.");
    }

    @Test
    void unless_libcrypto_is_asked_for() {
        System.setProperty(NativeCrypto.PROPERTY, "libcrypto");
        try {
            assertThat(NativeCrypto.fastest().name()).doesNotContain("IPSec");
        } finally {
            System.clearProperty(NativeCrypto.PROPERTY);
        }
    }

    @Test
    void churn_leaves_nothing_behind() throws Throwable {
        MemoryTest.churnLeavesNothingBehind(libcrypto);
    }
}
