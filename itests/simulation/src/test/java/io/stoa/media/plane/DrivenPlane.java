package io.stoa.media.plane;

import io.stoa.media.ForwardingEngine;
import io.stoa.media.MediaPlane;
import io.stoa.media.PacketIo;
import io.stoa.srtp.SrtpEngine;
import io.stoa.srtp.portable.PortableSrtpEngine;
import java.util.random.RandomGenerator;

/** The media plane as the framework assembles it, with randomness by seed and engines that are bound and unbound by hand. */
public final class DrivenPlane {
    private final LoopMediaPlane plane;
    private final Placement placement;
    /** The one that it begins with. */
    public final SrtpEngine srtp = new PortableSrtpEngine();

    public DrivenPlane(PacketIo io, RandomGenerator random) {
        this(io, random, Placement.TOGETHER);
    }

    /** @param together how many connections of a room share a loop before who receives is spread */
    public DrivenPlane(PacketIo io, RandomGenerator random, int together) {
        placement = new Placement(io.loops(), together);
        plane = new LoopMediaPlane(io, random, placement);
        plane.bindSrtp(srtp);
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

    public void bind(SrtpEngine engine) {
        plane.bindSrtp(engine);
    }

    public void unbind(SrtpEngine engine) {
        plane.unbindSrtp(engine);
    }

    /** That somebody has a connection in. */
    public int rooms() {
        return placement.rooms();
    }

    public boolean quiescent() {
        return plane.quiescent();
    }

    public void close() {
        plane.close();
    }
}
