package io.stoa.forward;

import io.stoa.base.Drop;
import io.stoa.media.LayeredFrame;
import java.util.Arrays;

/**
 * Which frames of a scalable stream go to one subscriber: those of one decode target, the best that the subscriber wants; to another node also
 * those of all lower ones, among which its subscribers choose. Its spatial
 * layer changes at the first frame of a picture only, so that the marker falls on the last frame of what goes on; and any target is
 * changed only for one that can be decoded: it is contained in the one before, or the frame is a switch and all of the target's chain
 * has gone on.
 */
final class DecodeTargetSelector {
    static final int NONE = -1;
    private static final int REMEMBERED = 128;
    private static final int ANY_SPATIAL = 0xff;
    /** Subscribers cannot want more than this layer; whoever wants it gets those above, too. */
    private static final int HIGHEST = 2;

    /** Per slot number and fate of a frame: twice the number, plus one if it went on. */
    private final int[] frames = new int[REMEMBERED];

    private final boolean whole;
    private LayeredFrame latest;
    private int newest = -1;
    private int timestamp;
    private int current = NONE;
    private int structure;
    private boolean resumed;
    /** What is wanted cannot be had before a key frame. */
    private boolean stuck;
    private boolean restricted;

    private int maxSpatial = 2;
    private int maxTemporal = 3;
    private int spatials = ANY_SPATIAL;

    /** @param whole with all lower targets */
    DecodeTargetSelector(boolean whole) {
        this.whole = whole;
        Arrays.fill(frames, -2);
    }

    int current() {
        return current;
    }

    /** Goes on as another selector left off. */
    void resume(int target) {
        current = target;
        resumed = restricted = true;
    }

    /** What the subscriber wants at most. */
    void want(int spatial, int temporal) {
        maxSpatial = spatial;
        maxTemporal = temporal;
        stuck = false;
    }

    /** Spatial layers on which packets arrive, bit k = layer k; 0 if that is not known. */
    void live(int mask) {
        spatials = mask == 0 ? ANY_SPATIAL : mask;
    }

    /** The stream begins, or goes on after a pause, with this key frame. */
    void begin() {
        current = NONE;
        newest = -1;
        Arrays.fill(frames, -2);
    }

    /** @return whether the packet of this frame goes on */
    boolean takes(LayeredFrame frame, int at) {
        latest = frame;
        int slot = frame.number & REMEMBERED - 1;
        if (frames[slot] >> 1 == frame.number) return (frames[slot] & 1) != 0;
        if (frame.number > newest) {
            choose(frame, newest < 0 || at != timestamp);
            newest = frame.number;
            timestamp = at;
        }
        boolean taken = current != NONE && (frame.indication(current) != LayeredFrame.NOT_PRESENT || whole && isInLower(frame));
        frames[slot] = frame.number << 1 | (taken ? 1 : 0);
        return taken;
    }

    private boolean isInLower(LayeredFrame frame) {
        for (int target = 0; target < frame.targets; target++) if (isLower(frame, target) && frame.indication(target) != LayeredFrame.NOT_PRESENT) return true;
        return false;
    }

    private boolean isLower(LayeredFrame frame, int target) {
        return frame.targetSpatial[target] <= frame.targetSpatial[current] && frame.targetTemporal[target] <= frame.targetTemporal[current];
    }

    /** Nothing higher of the picture goes on after this packet. */
    boolean endsPicture(LayeredFrame frame) {
        return frame.end && current != NONE && frame.spatial == frame.targetSpatial[current];
    }

    /** Why the frame does not go on. */
    Drop reason(LayeredFrame frame) {
        return current != NONE && frame.temporal > frame.targetTemporal[current] ? Drop.TEMPORAL_LAYER : Drop.SPATIAL_LAYER;
    }

    /** Whether the subscriber has to be told which targets are active for it; from then on always. */
    boolean restricts(LayeredFrame frame) {
        restricted |= current != NONE && activeMask(frame) != frame.active;
        return restricted;
    }

    /** The active ones among those that are contained in what goes on. */
    int activeMask(LayeredFrame frame) {
        int mask = 0;
        for (int target = 0; target < frame.targets; target++) if (isLower(frame, target)) mask |= 1 << target;
        return mask & frame.active;
    }

    /** What is wanted needs a key frame. */
    boolean needsKeyFrame() {
        if (latest == null) return false;
        if (current == NONE || stuck) return true;
        int best = best(latest);
        return best != NONE && latest.targetSpatial[best] > latest.targetSpatial[current];
    }

    private void choose(LayeredFrame frame, boolean first) {
        if (frame.structure != structure && !resumed || current >= frame.targets) current = NONE;
        resumed = false;
        structure = frame.structure;
        int best = best(frame);
        if (best == NONE) return;
        if (current == NONE && frame.key) current = best;
        if (current == NONE || current == best) {
            stuck = false;
            return;
        }
        int next = wanted(frame, current) ? current : NONE;
        for (int target = 0; target < frame.targets; target++)
            if (wanted(frame, target) && (next == NONE || rank(frame, target) > rank(frame, next)) && mayGoTo(frame, first, target)) next = target;
        if (next != NONE) current = next;
        boolean elsewhere = frame.targetSpatial[current] != frame.targetSpatial[best];
        if (frame.temporal == 0 || !elsewhere) stuck = elsewhere;
    }

    /** In mid-picture the spatial layer stays, and what was left out of the picture before must not be missed. */
    private boolean mayGoTo(LayeredFrame frame, boolean first, int target) {
        boolean sameSpatial = frame.targetSpatial[target] == frame.targetSpatial[current];
        return (first || sameSpatial && frame.temporal == 0) && canGoTo(frame, target);
    }

    private boolean canGoTo(LayeredFrame frame, int target) {
        if ((frame.containedIn[target] >> current & 1) != 0) return true;
        if (frame.indication(target) != LayeredFrame.SWITCH) return false;
        if (frame.key) return true;
        int distance = frame.chainDistance[target];
        return distance == 0 || distance > 0 && wentOn(frame.number - distance);
    }

    private boolean wentOn(int number) {
        return frames[number & REMEMBERED - 1] == (number << 1 | 1);
    }

    private int best(LayeredFrame frame) {
        int best = NONE;
        for (int target = 0; target < frame.targets; target++)
            if (wanted(frame, target) && (best == NONE || rank(frame, target) > rank(frame, best))) best = target;
        return best;
    }

    /** The lowest spatial layer always, should nothing else be there. */
    private boolean wanted(LayeredFrame frame, int target) {
        int spatial = frame.targetSpatial[target];
        boolean wantedSpatial = spatial == 0 || Math.min(spatial, HIGHEST) <= maxSpatial && (spatials >> Math.min(spatial, HIGHEST) & 1) != 0;
        return wantedSpatial && frame.targetTemporal[target] <= Math.max(0, maxTemporal) && (frame.active >> target & 1) != 0;
    }

    private static int rank(LayeredFrame frame, int target) {
        return frame.targetSpatial[target] << 8 | frame.targetTemporal[target];
    }
}
