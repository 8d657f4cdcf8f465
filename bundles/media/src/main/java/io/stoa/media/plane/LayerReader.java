package io.stoa.media.plane;

import io.stoa.base.Drop;
import io.stoa.media.LayeredFrame;
import io.stoa.rtp.DependencyDescriptor;
import io.stoa.rtp.FrameMeaning;
import io.stoa.rtp.RtpView;
import io.stoa.rtp.Vp9Descriptor;

/**
 * What packets say of their frames within a scalable stream: by the dependency descriptor where a packet has it, else by the payload
 * descriptor of VP9.
 */
final class LayerReader {
    private final LayeredFrame frame = new LayeredFrame();
    private final DependencyDescriptor descriptor = new DependencyDescriptor();
    private Vp9Layers vp9;
    private boolean isVp9;
    private int extensionId;
    private int highestNumber = -1;
    private Drop fault;

    void describe(FrameMeaning.Kind kind, int dependencyDescriptorId) {
        isVp9 = kind == FrameMeaning.Kind.VP9;
        extensionId = dependencyDescriptorId;
        if (isVp9 && vp9 == null) vp9 = new Vp9Layers();
    }

    /** @return null where nothing says it; valid until the next call */
    LayeredFrame read(RtpView packet, long vp9Descriptor) {
        fault = null;
        int at = packet.extensionOffset(extensionId);
        if (at < 0) return isVp9 && vp9.read(vp9Descriptor, frame) ? frame : null;
        Drop why = descriptor.read(packet.bytes(), at, packet.extensionLength());
        if (why == Drop.DEPENDENCY_DESCRIPTOR_MALFORMED) fault = why;
        if (why != null) return null;
        copy();
        return frame;
    }

    /** What was wrong with the latest packet's descriptor; null if nothing. */
    Drop fault() {
        return fault;
    }

    private void copy() {
        frame.number = number(descriptor.frameNumber());
        frame.spatial = descriptor.spatial();
        frame.temporal = descriptor.temporal();
        frame.start = descriptor.start();
        frame.end = descriptor.end();
        frame.key = descriptor.key();
        frame.indications = descriptor.indications();
        frame.active = descriptor.active();
        frame.targets = descriptor.targets();
        for (int target = 0; target < frame.targets; target++) frame.chainDistance[target] = (short) descriptor.chainDistance(target);
        if (frame.structure == descriptor.structures()) return;
        frame.structure = descriptor.structures();
        for (int target = 0; target < frame.targets; target++) {
            frame.targetSpatial[target] = (byte) descriptor.targetSpatial(target);
            frame.targetTemporal[target] = (byte) descriptor.targetTemporal(target);
            frame.containedIn[target] = descriptor.containedIn(target);
        }
    }

    /** 16 bits to a number that does not wrap soon. */
    private int number(int low) {
        int number = highestNumber < 0 ? 0x10000 + low : highestNumber + (short) (low - highestNumber);
        if (number > highestNumber) highestNumber = number;
        return number;
    }
}
