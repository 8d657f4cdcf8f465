package io.stoa.srtp.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.dtls.KeyOperations;
import io.stoa.srtp.SrtpContext;
import io.stoa.srtp.SrtpEngine;
import io.stoa.srtp.SrtpState;
import io.stoa.srtp.SrtpTrial;
import io.stoa.srtp.portable.PortableSrtpEngine;
import java.lang.reflect.Proxy;
import java.security.GeneralSecurityException;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.Dictionary;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.FrameworkListener;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;

/** Whether the engine is offered, as what, and what happens where it cannot be. */
@SuppressWarnings("unchecked")
class NativeCryptoTest {
    /** What the component does with the framework. */
    final List<Dictionary<String, ?>> offered = new CopyOnWriteArrayList<>();
    /** Those that are offered now. */
    final List<KeyOperations> keys = new CopyOnWriteArrayList<>();
    int withdrawn;
    SrtpEngine beside;
    volatile int framework = Bundle.ACTIVE;
    final BlockingQueue<FrameworkListener> listening = new LinkedBlockingQueue<>();
    final CountDownLatch registered = new CountDownLatch(1);

    final BundleContext bundles = fake(BundleContext.class, (method, arguments) -> switch (method) {
        case "getBundle" -> fake(Bundle.class, (name, none) -> framework);
        case "addFrameworkListener" -> {
            listening.add((FrameworkListener) arguments[0]);
            yield null;
        }
        case "removeFrameworkListener" -> null;
        case "getServiceReference" -> beside == null ? null : fake(ServiceReference.class, (name, none) -> null);
        case "getService" -> beside;
        case "ungetService" -> true;
        case "registerService" -> {
            if (arguments[0] == KeyOperations.class) keys.add((KeyOperations) arguments[1]);
            else offered.add((Dictionary<String, ?>) arguments[2]);
            if (arguments[0] == SrtpEngine.class) registered.countDown();
            yield fake(ServiceRegistration.class, (name, none) -> {
                if (arguments[0] == SrtpEngine.class) withdrawn++;
                else keys.remove(arguments[1]);
                return null;
            });
        }
        default -> throw new AssertionError(method);
    });

    interface Call {
        Object on(String method, Object[] arguments);
    }

    static <T> T fake(Class<?> type, Call call) {
        return (T) Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> call.on(method.getName(), arguments));
    }

    @Test
    void it_is_offered_with_its_figures_and_withdrawn_with_the_bundle() throws Exception {
        NativeCrypto component = new NativeCrypto(bundles);
        assertThat(offered).hasSize(1);
        assertThat(offered.getFirst().get(Constants.SERVICE_RANKING)).isEqualTo(NativeCrypto.FIRST);
        assertThat((String) offered.getFirst().get(NativeCrypto.TRIAL)).matches("first choice, \\d+ ns per packet");
        component.close();
        assertThat(withdrawn).isEqualTo(1);
    }

    @Test
    void key_operations_are_offered_and_withdrawn_with_the_bundle() throws Exception {
        NativeCrypto component = new NativeCrypto(bundles);
        assertThat(keys).extracting(KeyOperations::name).containsExactly("libcrypto");
        component.close();
        assertThat(keys).isEmpty();
    }

    @Test
    void key_operations_that_answer_wrongly_are_not_offered() {
        KeyOperations right = new LibCryptoKeys();
        assertThat(NativeCrypto.workingKeys(() -> right)).contains(right);
        assertThat(NativeCrypto.workingKeys(() -> new KeyOperations() {
            @Override
            public String name() {
                return "trusting";
            }

            @Override
            public byte[] x25519(byte[] scalar, byte[] coordinate) throws GeneralSecurityException {
                return right.x25519(scalar, coordinate);
            }

            @Override
            public byte[] sign(ECPrivateKey key, byte[] digest) throws GeneralSecurityException {
                return right.sign(key, digest);
            }

            @Override
            public boolean verify(ECPublicKey key, byte[] digest, byte[] signature) {
                return true;
            }
        })).isEmpty();
    }

    @Test
    void while_the_server_starts_nothing_is_tried() throws Exception {
        framework = Bundle.STARTING;
        NativeCrypto component = new NativeCrypto(bundles, LibCryptoEngine::new, 0);
        FrameworkListener listener = listening.take();
        listener.frameworkEvent(new FrameworkEvent(FrameworkEvent.INFO, fake(Bundle.class, (name, none) -> framework), null));
        assertThat(registered.getCount()).isEqualTo(1);
        listener.frameworkEvent(new FrameworkEvent(FrameworkEvent.STARTED, fake(Bundle.class, (name, none) -> framework), null));
        assertThat(registered.await(30, TimeUnit.SECONDS)).isTrue();
        component.close();
        assertThat(withdrawn).isEqualTo(1);
    }

    @Test
    void a_bundle_that_stops_while_the_server_starts_offers_nothing() throws Exception {
        framework = Bundle.STARTING;
        NativeCrypto component = new NativeCrypto(bundles, () -> {
            throw new AssertionError("tried");
        }, 0);
        FrameworkListener listener = listening.take();
        component.close();
        listener.frameworkEvent(new FrameworkEvent(FrameworkEvent.STARTED, fake(Bundle.class, (name, none) -> framework), null));
        assertThat(offered).isEmpty();
        assertThat(withdrawn).isZero();
    }

    @Test
    void beside_another_engine_the_figures_of_both_are_told() {
        beside = new PortableSrtpEngine();
        new NativeCrypto(bundles);
        assertThat((String) offered.getFirst().get(NativeCrypto.TRIAL)).contains(" ns per packet against ").endsWith(" of jitsi-srtp (SunJCE)");
    }

    @Test
    void an_engine_that_is_much_slower_than_the_other_is_a_spare() {
        assertThat(NativeCrypto.verdict(500, 700, "other").ranking()).isEqualTo(NativeCrypto.FIRST);
        assertThat(NativeCrypto.verdict(700, 500, "other").ranking()).as("it makes no garbage").isEqualTo(NativeCrypto.FIRST);
        assertThat(NativeCrypto.verdict(800, 500, "other")).isEqualTo(new NativeCrypto.Verdict(NativeCrypto.SPARE, "a spare, too slow: 800 ns per packet against 500 of other"));
    }

    void nothingIsOffered(Supplier<SrtpEngine> library) throws Exception {
        NativeCrypto component = new NativeCrypto(bundles, library, 0);
        assertThat(offered).isEmpty();
        component.close();
        assertThat(withdrawn).isZero();
    }

    @Test
    void where_it_is_not_wanted_nothing_is_offered() throws Exception {
        System.setProperty(NativeCrypto.PROPERTY, "portable");
        try {
            nothingIsOffered(LibCryptoEngine::new);
            assertThat(keys).isEmpty();
        } finally {
            System.clearProperty(NativeCrypto.PROPERTY);
        }
    }

    @Test
    void without_the_library_nothing_is_offered() throws Exception {
        assertThatThrownBy(() -> LibCrypto.find("libnothing.so.3", "libnothing.so.4"))
                .isInstanceOf(UnsatisfiedLinkError.class)
                .hasMessage("no libnothing.so.3 or libnothing.so.4 on this machine");
        nothingIsOffered(() -> {
            LibCrypto.find("libnothing.so.3");
            throw new AssertionError();
        });
    }

    @Test
    void with_a_library_of_another_kind_nothing_is_offered() throws Exception {
        nothingIsOffered(() -> {
            LibCrypto.symbol(LibCrypto.find("libc.so.6"), "EVP_CIPHER_CTX_new");
            throw new AssertionError();
        });
    }

    @Test
    void with_a_library_that_answers_wrongly_nothing_is_offered() throws Exception {
        nothingIsOffered(Broken::new);
        assertThatThrownBy(() -> new SrtpTrial(new Broken()).sameAs(new LibCryptoEngine()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("protected otherwise than by the other engine");
    }

    static final class Broken implements SrtpEngine {
        @Override
        public String name() {
            return "broken";
        }

        /** Every key is zero. */
        @Override
        public SrtpContext context(SrtpState state) {
            SrtpState other = SrtpState.fresh(state.direction(), state.profile(), new byte[state.profile().keyBytes], state.masterSalt());
            return new LibCryptoEngine().context(other);
        }
    }
}
