package io.stoa.media.plane;

import io.stoa.media.ForwardingEngine;
import io.stoa.media.MediaPlane;
import io.stoa.media.PacketIo;
import io.stoa.srtp.portable.PortableSrtpEngine;
import java.util.random.RandomGenerator;

/** The media plane as the framework assembles it, with randomness by seed and engines that are bound and unbound by hand. */
public final class DrivenPlane {
    private final LoopMediaPlane plane;

    public DrivenPlane(PacketIo io, RandomGenerator random) {
        plane = new LoopMediaPlane(io, random);
        plane.bindSrtp(new PortableSrtpEngine());
    }

    /** Whether subscribers get RED of what is published without it. */
    public void composeRed(boolean compose) {
        plane.composeRed(compose);
    }

    /** Whether publishers of audio are told what is lost on the way to their subscribers. */
    public void proxyLoss(boolean proxy) {
        plane.proxyLoss(proxy);
    }

    public MediaPlane plane() {
        return plane;
    }

    public void bind(ForwardingEngine engine) {
        plane.bindEngine(engine);
    }

    public void unbind(ForwardingEngine engine) {
        plane.unbindEngine(engine);
    }

    public boolean quiescent() {
        return plane.quiescent();
    }

    public void close() {
        plane.close();
    }
}
