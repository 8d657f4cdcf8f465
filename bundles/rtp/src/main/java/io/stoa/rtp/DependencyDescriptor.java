package io.stoa.rtp;

import io.stoa.base.Bytes;
import io.stoa.base.Drop;

/**
 * The dependency descriptor (AV1 RTP payload specification, appendix A) of one stream: reads what each packet says of its frame, and keeps
 * the structure that the first packet of a key frame brings for all that follow. Reused; belongs to one thread.
 *
 * <pre>
 *  0                   1                   2
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |S|E|template id|         frame number          |   then, if there is more, bit by bit: five flags, the structure,
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+   the active decode targets, what differs from the template
 * </pre>
 */
public final class DependencyDescriptor {
    public static final int MAX_TARGETS = 32;
    private static final int MAX_TEMPLATES = 64;
    /** Bytes that every descriptor has. */
    static final int MANDATORY = 3;

    static final int HAS_STRUCTURE = 0x10;
    static final int HAS_ACTIVE_TARGETS = 0x08;
    private static final int HAS_INDICATIONS = 0x04;
    private static final int HAS_DIFFERENCES = 0x02;
    private static final int HAS_CHAINS = 0x01;

    private final BitView bits = new BitView();
    private boolean known;
    private int structures;
    private int templateOffset;
    private int templates;
    private int targets;
    private int chains;
    private final byte[] templateSpatial = new byte[MAX_TEMPLATES];
    private final byte[] templateTemporal = new byte[MAX_TEMPLATES];
    private final long[] templateIndications = new long[MAX_TEMPLATES];
    private final byte[][] templateChains = new byte[MAX_TEMPLATES][];
    private final byte[] protectedBy = new byte[MAX_TARGETS];
    private final byte[] targetSpatial = new byte[MAX_TARGETS];
    private final byte[] targetTemporal = new byte[MAX_TARGETS];
    private final int[] containedIn = new int[MAX_TARGETS];

    private int structureEnd;
    private boolean start;
    private boolean end;
    private boolean key;
    private int number;
    private int template;
    private int active;
    private long indications;
    private final short[] distances = new short[MAX_TARGETS];

    /**
     * Reads the descriptor of a packet.
     *
     * @return null, or why it says nothing: it is malformed, or the structure that it speaks of was not seen
     */
    public Drop read(byte[] bytes, int at, int length) {
        if (length < MANDATORY) return Drop.DEPENDENCY_DESCRIPTOR_MALFORMED;
        bits.set(bytes, at, length);
        start = bits.flag();
        end = bits.flag();
        int id = bits.read(6);
        number = bits.read(16);
        boolean more = length > MANDATORY;
        int flags = more ? bits.read(5) : 0;
        key = (flags & HAS_STRUCTURE) != 0;
        if (key && !readStructure()) {
            known = false;
            return Drop.DEPENDENCY_DESCRIPTOR_MALFORMED;
        }
        if (!known) return Drop.WAITING_FOR_KEY_FRAME;
        if ((flags & HAS_ACTIVE_TARGETS) != 0) active = bits.read(targets);
        template = id - templateOffset & MAX_TEMPLATES - 1;
        if (template >= templates) return Drop.DEPENDENCY_DESCRIPTOR_MALFORMED;
        indications = (flags & HAS_INDICATIONS) != 0 ? readIndications() : templateIndications[template];
        if ((flags & HAS_DIFFERENCES) != 0) skipFrameDifferences();
        for (int chain = 0; chain < chains; chain++) distances[chain] = (short) ((flags & HAS_CHAINS) != 0 ? bits.read(8) : templateChains[template][chain]);
        return bits.exhausted() ? Drop.DEPENDENCY_DESCRIPTOR_MALFORMED : null;
    }

    private boolean readStructure() {
        known = false;
        structures++;
        templateOffset = bits.read(6);
        targets = bits.read(5) + 1;
        active = allTargets();
        if (!readLayers()) return false;
        for (int t = 0; t < templates; t++) templateIndications[t] = readIndications();
        for (int t = 0; t < templates; t++) while (bits.flag()) bits.read(4);
        chains = bits.readBelow(targets + 1);
        if (chains > 0) for (int target = 0; target < targets; target++) protectedBy[target] = (byte) bits.readBelow(chains);
        for (int t = 0; t < templates; t++) {
            if (templateChains[t] == null || templateChains[t].length < chains) templateChains[t] = new byte[chains];
            for (int chain = 0; chain < chains; chain++) templateChains[t][chain] = (byte) bits.read(4);
        }
        int resolutions = bits.flag() ? templateSpatial[templates - 1] + 1 : 0;
        for (int i = 0; i < 2 * resolutions; i++) bits.read(16);
        structureEnd = bits.position();
        describeTargets();
        known = !bits.exhausted();
        return known;
    }

    private int allTargets() {
        return (int) ((1L << targets) - 1);
    }

    private boolean readLayers() {
        int spatial = 0;
        int temporal = 0;
        templates = 0;
        for (int next = 0; next != 3; ) {
            if (templates == MAX_TEMPLATES || spatial > 7 || temporal > 7 || bits.exhausted()) return false;
            templateSpatial[templates] = (byte) spatial;
            templateTemporal[templates++] = (byte) temporal;
            next = bits.read(2);
            if (next == 1) temporal++;
            else if (next == 2) {
                temporal = 0;
                spatial++;
            }
        }
        return true;
    }

    private long readIndications() {
        long all = 0;
        for (int target = 0; target < targets; target++) all |= (long) bits.read(2) << 2 * target;
        return all;
    }

    private void skipFrameDifferences() {
        for (int size = bits.read(2); size != 0 && !bits.exhausted(); size = bits.read(2)) bits.read(4 * size);
    }

    /** The layers of a target are the highest among its templates; it is contained in those that have all its templates. */
    private void describeTargets() {
        for (int target = 0; target < targets; target++) {
            targetSpatial[target] = targetTemporal[target] = 0;
            int containers = allTargets();
            for (int t = 0; t < templates; t++) {
                if (!isIn(templateIndications[t], target)) continue;
                targetSpatial[target] = (byte) Math.max(targetSpatial[target], templateSpatial[t]);
                targetTemporal[target] = (byte) Math.max(targetTemporal[target], templateTemporal[t]);
                for (int other = 0; other < targets; other++) if (!isIn(templateIndications[t], other)) containers &= ~(1 << other);
            }
            containedIn[target] = containers;
        }
    }

    private static boolean isIn(long indications, int target) {
        return (indications >>> 2 * target & 3) != 0;
    }

    /** The packet is the first of its frame. */
    public boolean start() {
        return start;
    }

    /** The packet is the last of its frame. */
    public boolean end() {
        return end;
    }

    /** The packet begins a coded video sequence and brings its structure. */
    public boolean key() {
        return key;
    }

    /** 16 bits. */
    public int frameNumber() {
        return number;
    }

    public int spatial() {
        return templateSpatial[template];
    }

    public int temporal() {
        return templateTemporal[template];
    }

    /** Two bits for each target, the first lowest: 0 not present, 1 discardable, 2 switch, 3 required. */
    public long indications() {
        return indications;
    }

    public int targets() {
        return targets;
    }

    /** Bit k = target k is being made. */
    public int active() {
        return active;
    }

    /** Bits from the beginning of the descriptor to the end of its structure; only where it is {@link #key}. */
    int structureEnd() {
        return structureEnd;
    }

    /** Counts the structures read. */
    public int structures() {
        return structures;
    }

    public int targetSpatial(int target) {
        return targetSpatial[target];
    }

    public int targetTemporal(int target) {
        return targetTemporal[target];
    }

    /** The targets that have all frames of this one, bit k = target k; by the templates. */
    public int containedIn(int target) {
        return containedIn[target];
    }

    /** How many frames before this one the latest of the target's chain was; 0 if it begins here, -1 if none protects it. */
    public int chainDistance(int target) {
        return chains == 0 ? -1 : distances[protectedBy[target]];
    }
}
