package io.stoa.forward;

import io.stoa.base.Time;
import io.stoa.media.LayeredFrame;
import io.stoa.media.PacketMeta;
import io.stoa.rtp.FrameMeaning;
import io.stoa.rtp.RtpView;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Three spatial layers with three temporal ones each (L3T3) as an encoder makes them, two packets to a frame, 30 pictures per second in
 * the pattern 0 2 1 2. With {@code keyOnly} upper layers depend on lower ones in key pictures only (L3T3_KEY).
 */
final class ScalableStream {
    static final int SPATIALS = 3;
    static final int TEMPORALS = 3;
    private static final int[] PATTERN = {0, 2, 1, 2};

    final List<Packet> packets = new ArrayList<>();
    private final boolean keyOnly;
    /** Where the frame of a spatial layer that was of a temporal layer came last. */
    private final int[][] latest = new int[SPATIALS][TEMPORALS];

    private final int[] latestOfChain = new int[SPATIALS];
    private int structure;

    /** @param needs numbers of frames that a decoder must have for this one */
    record Frame(int number, int picture, int spatial, int temporal, boolean key, int structure, long indications, int[] chainDistance, Set<Integer> needs) {}

    record Packet(Frame frame, int part, long index, int timestamp, boolean keyOnly) {
        PacketMeta describe(PacketMeta into, LayeredFrame holder) {
            into.layer = 0;
            into.epoch = 0;
            into.index = index;
            into.timestamp = timestamp;
            into.marker = part == 1 && frame.spatial == SPATIALS - 1;
            into.bytes = new byte[RtpView.HEADER + 30];
            into.payloadOffset = RtpView.HEADER;
            into.payloadLength = 30;
            into.arrivedAt = frame.picture * Time.SECOND / 30;
            into.descriptor = 0;
            into.bytes[RtpView.HEADER] = (byte) (frame.key && part == 0 ? 0x08 : 0x80);
            RtpView view = new RtpView();
            into.bytes[0] = (byte) 0x80;
            view.set(into.bytes, 0, into.bytes.length);
            into.meaning = FrameMeaning.of(FrameMeaning.Kind.AV1, view, 0);
            into.frame = holder;
            holder.number = frame.number;
            holder.spatial = frame.spatial;
            holder.temporal = frame.temporal;
            holder.start = part == 0;
            holder.end = part == 1;
            holder.key = frame.key && part == 0;
            holder.structure = frame.structure;
            holder.targets = SPATIALS * TEMPORALS;
            holder.active = (1 << holder.targets) - 1;
            holder.indications = frame.indications;
            for (int target = 0; target < holder.targets; target++) {
                int spatial = target / TEMPORALS;
                int temporal = target % TEMPORALS;
                holder.targetSpatial[target] = (byte) spatial;
                holder.targetTemporal[target] = (byte) temporal;
                holder.chainDistance[target] = (short) frame.chainDistance[spatial];
                holder.containedIn[target] = 0;
                for (int other = target; other < holder.targets; other++)
                    if ((other / TEMPORALS == spatial || !keyOnly) && other % TEMPORALS >= temporal) holder.containedIn[target] |= 1 << other;
            }
            return into;
        }
    }

    ScalableStream(boolean keyOnly, int pictures, Set<Integer> keyPictures) {
        this.keyOnly = keyOnly;
        for (int picture = 0, turn = 0; picture < pictures; picture++) {
            boolean key = keyPictures.contains(picture);
            if (key) turn = 0;
            for (int spatial = 0; spatial < SPATIALS; spatial++) add(picture, spatial, PATTERN[turn % 4], key);
            turn++;
        }
    }

    private void add(int picture, int spatial, int temporal, boolean key) {
        int number = picture * SPATIALS + spatial + 1_000;
        if (key && spatial == 0) structure++;
        Set<Integer> needs = new HashSet<>();
        if (spatial > 0 && (key || !keyOnly)) needs.add(number - 1);
        if (!key) {
            int reference = -1;
            for (int lower = 0; lower < Math.max(1, temporal); lower++) reference = Math.max(reference, latest[spatial][lower]);
            needs.add(reference);
        }
        long indications = 0;
        for (int target = 0; target < SPATIALS * TEMPORALS; target++) {
            int s = target / TEMPORALS;
            int t = target % TEMPORALS;
            boolean present = temporal <= t && (spatial == s || spatial < s && (key || !keyOnly));
            long kind = !present ? LayeredFrame.NOT_PRESENT : key || spatial == s ? LayeredFrame.SWITCH : LayeredFrame.REQUIRED;
            indications |= kind << 2 * target;
        }
        int[] distance = new int[SPATIALS];
        for (int s = 0; s < SPATIALS; s++) distance[s] = key && spatial == 0 ? 0 : number - latestOfChain[s];
        if (temporal == 0)
            for (int s = 0; s < SPATIALS; s++) if (spatial == s || spatial < s && (key || !keyOnly)) latestOfChain[s] = number;
        latest[spatial][temporal] = number;
        Frame frame = new Frame(number, picture, spatial, temporal, key && spatial == 0, structure, indications, distance, Set.copyOf(needs));
        for (int part = 0; part < 2; part++) packets.add(new Packet(frame, part, 70_000 + packets.size(), picture * 3_000, keyOnly));
    }
}
