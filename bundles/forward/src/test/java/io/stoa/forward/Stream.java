package io.stoa.forward;

import io.stoa.base.Bytes;
import io.stoa.base.Time;
import io.stoa.media.PacketMeta;
import io.stoa.rtp.FrameMeaning;
import io.stoa.rtp.RtpView;
import io.stoa.rtp.Vp8Descriptor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Packets of a VP8 layer as the media plane describes them: every frame in so many packets, every other frame of temporal layer 1. */
final class Stream {
    static final int TICKS = 3_000;
    private static final long FRAME = Time.SECOND / 30;

    final int layer;
    final List<Packet> packets = new ArrayList<>();

    /** @param at when it arrives */
    record Packet(int layer, int epoch, long at, long index, int frame, int part, int parts, boolean key, int temporal, int timestamp, int picture, int tl0) {
        PacketMeta describe(PacketMeta into) {
            byte[] rtp = new byte[RtpView.HEADER + 30];
            rtp[0] = (byte) 0x80;
            rtp[1] = (byte) (part == parts - 1 ? 0xe0 : 0x60);
            int p = RtpView.HEADER;
            rtp[p] = (byte) (0x80 | (part == 0 ? 0x10 : 0));
            rtp[p + 1] = (byte) 0xf0;
            Bytes.u16(rtp, p + 2, 0x8000 | picture);
            rtp[p + 4] = (byte) tl0;
            rtp[p + 5] = (byte) (temporal << 6 | (temporal > 0 ? 0x20 : 0) | 1);
            rtp[p + 6] = (byte) (key ? 0x10 : 0x11);
            RtpView view = new RtpView();
            view.set(rtp, 0, rtp.length);
            into.layer = layer;
            into.epoch = epoch;
            into.index = index;
            into.timestamp = timestamp;
            into.marker = view.marker();
            into.bytes = rtp;
            into.payloadOffset = p;
            into.payloadLength = 30;
            into.arrivedAt = at;
            into.descriptor = Vp8Descriptor.parse(rtp, p, 30);
            into.meaning = FrameMeaning.of(FrameMeaning.Kind.VP8, view, into.descriptor);
            return into;
        }

        Packet at(long other) {
            return new Packet(layer, epoch, other, index, frame, part, parts, key, temporal, timestamp, picture, tl0);
        }
    }

    private Stream(int layer) {
        this.layer = layer;
    }

    /** Numbers begin at random values. @param keys frames that are key frames */
    static Stream of(RandomGenerator random, int layer, int frames, int parts, Set<Integer> keys) {
        Stream stream = new Stream(layer);
        long index = 65_536 + random.nextInt(65_536);
        int timestamp = random.nextInt();
        int picture = random.nextInt(0x8000);
        int tl0 = random.nextInt(0x100);
        for (int frame = 0; frame < frames; frame++) {
            boolean key = keys.contains(frame);
            int temporal = key ? 0 : frame & 1;
            if (temporal == 0) tl0 = tl0 + 1 & 0xff;
            picture = picture + 1 & 0x7fff;
            for (int part = 0; part < parts; part++)
                stream.packets.add(new Packet(layer, 0, frame * FRAME + part * Time.MILLI + layer, index++, frame, part, parts, key, temporal,
                        timestamp + frame * TICKS, picture, tl0));
        }
        return stream;
    }

    /** What a network makes of it: some are late, some come again only after a while, some never. The first frame comes well. */
    Stream disturbed(RandomGenerator random, double loss, long jitter) {
        Stream other = new Stream(layer);
        for (Packet packet : packets) {
            long late = packet.frame == 0 ? 0 : random.nextLong(jitter);
            if (packet.frame > 0 && random.nextDouble() < loss) {
                if (random.nextBoolean()) continue;
                late += 2 * jitter;
            }
            other.packets.add(packet.at(packet.at + late));
        }
        other.packets.sort(Comparator.comparingLong(Packet::at));
        return other;
    }

    /** Several layers in the order of arrival. */
    static List<Packet> merged(Stream... streams) {
        List<Packet> all = new ArrayList<>();
        for (Stream stream : streams) all.addAll(stream.packets);
        all.sort(Comparator.comparingLong(Packet::at));
        return all;
    }
}
