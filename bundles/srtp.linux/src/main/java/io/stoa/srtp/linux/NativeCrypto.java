package io.stoa.srtp.linux;

import io.stoa.dtls.KeyOperations;
import io.stoa.dtls.KeyTrial;
import io.stoa.srtp.SrtpEngine;
import io.stoa.srtp.SrtpTrial;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.FrameworkListener;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Offers libcrypto's key operations and the engine where they work. The engine outranks the portable one unless it is much slower than that: a cipher of the JDK that is a little
 * faster pays for it with a kilobyte of garbage per packet.
 *
 * <p>While the server starts nobody waits for the trial: it begins when the start is over, on a thread of its own, and connections that have
 * come before it has ended go over to the engine. In a running server, where the bundle is started to replace another version, the engine
 * is there, or is not, when the bundle has started.
 */
@Component(service = {}, immediate = true)
public final class NativeCrypto {
    static final int FIRST = 100;
    static final int SPARE = -200;
    /** What the service says of itself, for the operator. */
    static final String TRIAL = "stoa.trial";
    /** {@code -Dstoa.srtp=portable}: not wanted. {@code libcrypto}: that, but not libIPSec_MB. */
    static final String PROPERTY = "stoa.srtp";

    private static final Logger LOG = LoggerFactory.getLogger(NativeCrypto.class);
    /** Of both: 50 ms. */
    private static final int ROUNDS = 5;
    /** Beside an engine whose code is warm, ours gets the time to become so, too. */
    private static final int MOST_ROUNDS = 60;
    private static final long ROUND_NANOS = 5_000_000;
    private static final double WORTH = 1.5;

    /** What the first participants of a server that has just started need first. */
    private static final long PAUSE_MILLIS = 1_000;
    private static final long END_MILLIS = 5_000;

    private final BundleContext bundles;
    private final Supplier<SrtpEngine> library;
    private final CountDownLatch started = new CountDownLatch(1);
    /** Null outside a start. */
    private Thread trial;
    private final List<ServiceRegistration<?>> offered = new ArrayList<>();
    private volatile boolean closed;

    @Activate
    public NativeCrypto(BundleContext bundles) {
        this(bundles, NativeCrypto::fastest, PAUSE_MILLIS);
    }

    NativeCrypto(BundleContext bundles, Supplier<SrtpEngine> library, long pauseMillis) {
        this.bundles = bundles;
        this.library = library;
        Bundle framework = bundles.getBundle(Constants.SYSTEM_BUNDLE_ID);
        if (framework.getState() != Bundle.STARTING) offer();
        else trial = Thread.ofPlatform().daemon().name("srtp-trial").start(() -> offerAfterStart(framework, pauseMillis));
    }

    private void offerAfterStart(Bundle framework, long pauseMillis) {
        FrameworkListener listener = event -> {
            if (event.getType() == FrameworkEvent.STARTED) started.countDown();
        };
        bundles.addFrameworkListener(listener);
        try {
            if (framework.getState() == Bundle.STARTING) started.await();
            bundles.removeFrameworkListener(listener);
            Thread.sleep(pauseMillis);
        } catch (InterruptedException e) {
            return; // closed
        }
        offer();
    }

    private void offer() {
        offerKeys();
        offerEngine();
    }

    private void offerKeys() {
        KeyOperations keys = workingKeys(LibCryptoKeys::new).orElse(null);
        if (keys == null || closed) return;
        LOG.info("{}: key operations of DTLS", keys.name());
        offered.add(bundles.registerService(KeyOperations.class, keys, new Hashtable<>()));
    }

    private void offerEngine() {
        SrtpEngine engine = working(library).orElse(null);
        if (engine == null || closed) return;
        ServiceReference<SrtpEngine> other = bundles.getServiceReference(SrtpEngine.class);
        SrtpEngine beside = other == null ? null : bundles.getService(other);
        Verdict verdict = beside(engine, beside);
        if (beside != null) bundles.ungetService(other);
        if (closed) return;
        LOG.info("{}: {}", engine.name(), verdict.words());
        Hashtable<String, Object> properties = new Hashtable<>();
        properties.put(Constants.SERVICE_RANKING, verdict.ranking());
        properties.put(TRIAL, verdict.words());
        offered.add(bundles.registerService(SrtpEngine.class, engine, properties));
    }

    /** With libIPSec_MB, if that is there and makes the same packets as libcrypto. */
    static SrtpEngine fastest() {
        SrtpEngine plain = new LibCryptoEngine();
        if ("libcrypto".equals(System.getProperty(PROPERTY))) return plain;
        try {
            SrtpEngine wide = LibCryptoEngine.withIpsecMb();
            new SrtpTrial(wide).sameAs(plain);
            return wide;
        } catch (LinkageError e) {
            Throwable cause = e instanceof ExceptionInInitializerError && e.getCause() != null ? e.getCause() : e;
            LOG.info("AES-GCM is that of libcrypto: {}", cause.getMessage());
        } catch (IllegalStateException e) {
            LOG.warn("libIPSec_MB is not used: {}", e.getMessage());
        }
        return plain;
    }

    /** Empty if the library is missing or gives wrong answers; the log says which. */
    static Optional<SrtpEngine> working(Supplier<SrtpEngine> library) {
        return working("SRTP", library, engine -> new SrtpTrial(engine).knownAnswers());
    }

    static Optional<KeyOperations> workingKeys(Supplier<KeyOperations> library) {
        return working("the key operations of DTLS", library, keys -> {
            KeyTrial trial = new KeyTrial(keys);
            trial.knownAnswers();
            trial.handshake(new SecureRandom(), Instant.now());
        });
    }

    private static <T> Optional<T> working(String what, Supplier<T> library, Trial<T> trial) {
        try {
            if ("portable".equals(System.getProperty(PROPERTY))) throw new IllegalStateException(PROPERTY + " says portable");
            T tried = library.get();
            trial.of(tried);
            return Optional.of(tried);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
            return Optional.empty();
        } catch (RuntimeException | LinkageError e) {
            Throwable cause = e instanceof ExceptionInInitializerError && e.getCause() != null ? e.getCause() : e;
            LOG.warn("libcrypto is not used for {}: {}", what, cause.getMessage());
            return Optional.empty();
        }
    }

    private interface Trial<T> {
        /** @throws RuntimeException saying what is wrong */
        void of(T tried) throws InterruptedException;
    }

    record Verdict(int ranking, String words) {}

    /** @param other null if this is the only one */
    static Verdict beside(SrtpEngine engine, SrtpEngine other) {
        SrtpTrial trial = new SrtpTrial(engine);
        SrtpTrial others = other == null ? null : new SrtpTrial(other);
        Verdict verdict = null;
        for (int round = 1; round <= ROUNDS || verdict.ranking < FIRST && round <= MOST_ROUNDS; round++) {
            trial.run(System::nanoTime, ROUND_NANOS);
            if (others != null) others.run(System::nanoTime, ROUND_NANOS);
            verdict = others == null
                    ? new Verdict(FIRST, "first choice, " + trial.nanosPerPacket() + " ns per packet")
                    : verdict(trial.nanosPerPacket(), others.nanosPerPacket(), other.name());
        }
        return verdict;
    }

    static Verdict verdict(long nanos, long others, String other) {
        boolean first = nanos <= others * WORTH;
        String figures = nanos + " ns per packet against " + others + " of " + other;
        return first ? new Verdict(FIRST, "first choice, " + figures) : new Verdict(SPARE, "a spare, too slow: " + figures);
    }

    /** Waits for a trial that has begun: what it offers is withdrawn here. */
    @Deactivate
    void close() throws InterruptedException {
        closed = true;
        if (trial != null) {
            trial.interrupt();
            if (!trial.join(Duration.ofMillis(END_MILLIS))) LOG.warn("the trial of libcrypto does not end");
        }
        offered.forEach(ServiceRegistration::unregister);
    }
}
