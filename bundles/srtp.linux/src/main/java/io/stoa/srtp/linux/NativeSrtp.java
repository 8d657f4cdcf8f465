package io.stoa.srtp.linux;

import io.stoa.srtp.SrtpEngine;
import io.stoa.srtp.SrtpTrial;
import java.time.Duration;
import java.util.Hashtable;
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
 * Offers the engine where it works. It outranks the portable one unless it is much slower than that: a cipher of the JDK that is a little
 * faster pays for it with a kilobyte of garbage per packet.
 *
 * <p>While the server starts nobody waits for the trial: it begins when the start is over, on a thread of its own, and connections that have
 * come before it has ended go over to the engine. In a running server, where the bundle is started to replace another version, the engine
 * is there, or is not, when the bundle has started.
 */
@Component(service = {}, immediate = true)
public final class NativeSrtp {
    static final int FIRST = 100;
    static final int SPARE = -200;
    /** What the service says of itself, for the operator. */
    static final String TRIAL = "stoa.trial";
    /** {@code -Dstoa.srtp=portable}: not wanted. */
    static final String PROPERTY = "stoa.srtp";

    private static final Logger LOG = LoggerFactory.getLogger(NativeSrtp.class);
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
    private ServiceRegistration<SrtpEngine> offered;
    private volatile boolean closed;

    @Activate
    public NativeSrtp(BundleContext bundles) {
        this(bundles, LibCryptoEngine::new, PAUSE_MILLIS);
    }

    NativeSrtp(BundleContext bundles, Supplier<SrtpEngine> library, long pauseMillis) {
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
        offered = bundles.registerService(SrtpEngine.class, engine, properties);
    }

    /** Empty if the library is missing or gives wrong answers; the log says which. */
    static Optional<SrtpEngine> working(Supplier<SrtpEngine> library) {
        try {
            if ("portable".equals(System.getProperty(PROPERTY))) throw new IllegalStateException(PROPERTY + " says portable");
            SrtpEngine engine = library.get();
            new SrtpTrial(engine).knownAnswers();
            return Optional.of(engine);
        } catch (RuntimeException | LinkageError e) {
            Throwable cause = e instanceof ExceptionInInitializerError && e.getCause() != null ? e.getCause() : e;
            LOG.warn("libcrypto is not used for SRTP: {}", cause.getMessage());
            return Optional.empty();
        }
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
        if (offered != null) offered.unregister();
    }
}
