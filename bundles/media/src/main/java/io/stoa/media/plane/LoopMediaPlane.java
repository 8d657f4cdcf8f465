package io.stoa.media.plane;

import io.stoa.dtls.DtlsCertificate;
import io.stoa.media.ForwardingEngine;
import io.stoa.media.MediaPeer;
import io.stoa.media.MediaPlane;
import io.stoa.media.PacketIo;
import io.stoa.media.PeerListener;
import io.stoa.media.PeerSpec;
import io.stoa.srtp.PortableSrtpEngine;
import io.stoa.srtp.SrtpEngine;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** The media plane on whatever packet input and output there is. */
@Component(service = MediaPlane.class, immediate = true)
public final class LoopMediaPlane implements MediaPlane {
    private final PacketIo io;
    private final SrtpEngine srtp = new PortableSrtpEngine();
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final List<MediaLoop> loops = new ArrayList<>();
    private final PacketIo.Attachment attachment;
    private final EngineSlot slot;
    private volatile boolean closing;

    @Activate
    public LoopMediaPlane(@Reference PacketIo io) {
        this.io = io;
        SecureRandom random = new SecureRandom();
        DtlsCertificate certificate = DtlsCertificate.generate(random, Instant.now());
        for (int i = 0; i < io.loops(); i++) loops.add(new MediaLoop(srtp, certificate, random, random, executor));
        attachment = io.attach(loops::get);
        slot = new EngineSlot(loops);
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    void bindEngine(ForwardingEngine engine) {
        slot.bind(engine);
    }

    void unbindEngine(ForwardingEngine gone) {
        slot.unbind(gone);
    }

    @Override
    public MediaPeer open(PeerSpec spec, PeerListener listener) {
        if (closing) throw new IllegalStateException("the media plane is going away");
        MediaLoop loop = loops.get(Math.floorMod(spec.roomSid().hashCode(), loops.size()));
        LoopPeer peer = new LoopPeer(loop, spec, listener);
        loop.post(peer::begin);
        return peer;
    }

    @Override
    public PlaneStats stats() {
        PlaneSums sums = new PlaneSums();
        CountDownLatch done = new CountDownLatch(loops.size());
        for (MediaLoop loop : loops)
            loop.post(() -> {
                synchronized (sums) {
                    loop.sum(sums);
                }
                done.countDown();
            });
        try {
            done.await(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (sums) {
            Map<String, Long> drops = new LinkedHashMap<>();
            sums.drops.nonZero().forEach((drop, count) -> drops.put(drop.name(), count));
            return new PlaneStats(sums.peers, sums.published, sums.subscribed, sums.packetsIn, sums.packetsOut, 0, sums.bytesOut, drops, io.name(),
                    srtp.name(), slot.name(), slot.longestGapNanos());
        }
    }

    @Deactivate
    void close() {
        closing = true;
        slot.close();
        CountDownLatch done = new CountDownLatch(loops.size());
        for (MediaLoop loop : loops)
            loop.post(() -> {
                for (LoopPeer peer : List.copyOf(loop.peers())) peer.end();
                done.countDown();
            });
        try {
            done.await(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        attachment.close();
        executor.shutdown();
    }
}
