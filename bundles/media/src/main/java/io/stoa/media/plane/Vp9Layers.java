package io.stoa.media.plane;

import io.stoa.media.LayeredFrame;
import io.stoa.rtp.Vp9Descriptor;

/**
 * The layers of VP9 (RFC 9628) in the words of decode targets: one for each spatial layer up to each temporal one. A frame of a lower
 * spatial layer is a part of the higher ones' targets in key pictures, and in all others if layers depend on those below there, which
 * the latest frame of a higher layer has told.
 */
final class Vp9Layers {
    private static final int SPATIALS = 3;
    private static final int TEMPORALS = 4;
    private static final int TARGETS = SPATIALS * TEMPORALS;
    /** Frame numbers of one picture. */
    private static final int SPAN = 4;

    private final int[] latestBase = new int[SPATIALS];
    private int highestPicture = -1;
    private int keyPicture = -1;
    private int spatials = 1;
    private int temporals = 1;
    private boolean dependsBelow = true;

    /** @return false if the descriptor does not say enough */
    boolean read(long word, LayeredFrame into) {
        if (!Vp9Descriptor.hasPictureId(word) || !Vp9Descriptor.hasLayers(word)) return false;
        int sid = Vp9Descriptor.sid(word);
        int tid = Vp9Descriptor.tid(word);
        if (sid >= SPATIALS || tid >= TEMPORALS) return false;
        int id = extend(Vp9Descriptor.pictureId(word), Vp9Descriptor.isWide(word) ? 15 : 7);
        boolean start = Vp9Descriptor.frameStart(word);
        boolean inter = Vp9Descriptor.interPicture(word);
        boolean key = start && !inter && sid == 0;
        if (key) keyPicture = id;
        boolean inKeyPicture = id == keyPicture;
        if (start && sid > 0 && !inKeyPicture) dependsBelow = Vp9Descriptor.interLayer(word);
        into.number = id * SPAN + sid;
        into.spatial = sid;
        into.temporal = tid;
        into.start = start;
        into.end = Vp9Descriptor.frameEnd(word);
        into.key = key;
        into.targets = TARGETS;
        into.structure = 1;
        int told = Vp9Descriptor.spatialLayers(word);
        spatials = told > 0 ? told : Math.max(spatials, sid + 1);
        temporals = Math.max(temporals, tid + 1);
        boolean sync = inKeyPicture || Vp9Descriptor.switchingUp(word);
        into.active = 0;
        into.indications = 0;
        for (int s = 0; s < SPATIALS; s++) {
            int distance = distance(into.number, s, sid, key);
            boolean needed = sid == s || sid < s && (inKeyPicture || dependsBelow);
            for (int t = 0; t < TEMPORALS; t++) {
                int target = s * TEMPORALS + t;
                into.targetSpatial[target] = (byte) s;
                into.targetTemporal[target] = (byte) t;
                into.containedIn[target] = containers(s, t);
                into.chainDistance[target] = (short) distance;
                if (s < spatials && t < temporals) into.active |= 1 << target;
                long indication = !needed || tid > t ? LayeredFrame.NOT_PRESENT : sync ? LayeredFrame.SWITCH : LayeredFrame.REQUIRED;
                into.indications |= indication << 2 * target;
            }
        }
        if (tid == 0 && start && into.number > latestBase[sid]) latestBase[sid] = into.number;
        return true;
    }

    /** To the latest frame of the lowest temporal layer that spatial layer s needs, 0 for the beginning of all. */
    private int distance(int number, int s, int sid, boolean key) {
        if (key) return 0;
        int latest = 0;
        boolean inKeyPicture = number / SPAN == keyPicture;
        for (int lower = dependsBelow || inKeyPicture ? 0 : s; lower <= s; lower++)
            if (latestBase[lower] < number) latest = Math.max(latest, latestBase[lower]);
        return latest == 0 ? -1 : Math.min(Short.MAX_VALUE, number - latest);
    }

    /** Targets that have everything which this one has. */
    private int containers(int s, int t) {
        int mask = 0;
        for (int higher = s; higher < (dependsBelow ? SPATIALS : s + 1); higher++)
            for (int faster = t; faster < TEMPORALS; faster++) mask |= 1 << higher * TEMPORALS + faster;
        return mask;
    }

    private int extend(int id, int width) {
        int shift = Integer.SIZE - width;
        int extended = highestPicture < 0 ? (1 << width) + id : highestPicture + (id - highestPicture << shift >> shift);
        if (extended > highestPicture) highestPicture = extended;
        return extended;
    }
}
