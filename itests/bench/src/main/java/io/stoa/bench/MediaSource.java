package io.stoa.bench;

import io.stoa.base.Bytes;
import io.stoa.base.Time;
import io.stoa.rtp.RtcpWriter;
import io.stoa.srtp.SrtpContext;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;

/** A track that is sent: well-formed packets whose last bytes say when they left. */
abstract class MediaSource extends Timed {
    static final int AUDIO_LEVEL_ID = 1;
    static final int TRANSPORT_ID = 3;
    static final int MID_ID = 4;
    static final int RID_ID = 5;
    static final int HEADER = 12 + 12;
    /** Marks a packet of ours; the time of sending follows it. */
    static final int MARK = 0x53746f61;
    static final int STAMP = 4 + 8;
    private static final long REPORT_INTERVAL = Time.SECOND;
    private static final long NTP_EPOCH = 2_208_988_800L;

    final int ssrc;
    final boolean video;
    private final LoadPeer peer;
    private final int payloadType;
    private final int clockRate;
    private final byte[] cname;
    /** Of one letter; null of a track that is no simulcast. */
    final String rid;
    private char mid;
    final byte[] packet = new byte[1_500];
    private final int firstTimestamp;
    private long begunAt = Time.NEVER;
    private long nextAt = Time.NEVER;
    private long reportAt = Time.NEVER;
    private int seq;
    private long packets;
    private long octets;
    int timestamp;

    MediaSource(LoadPeer peer, boolean video, int payloadType, int clockRate, String rid, RandomGenerator random) {
        this.peer = peer;
        this.rid = rid;
        this.video = video;
        this.payloadType = payloadType;
        this.clockRate = clockRate;
        ssrc = random.nextInt(1, Integer.MAX_VALUE);
        firstTimestamp = random.nextInt();
        seq = random.nextInt(0x8000);
        cname = Integer.toHexString(ssrc).getBytes(StandardCharsets.UTF_8);
    }

    /** In which section it was negotiated: 1 to 9. */
    void section(String name) {
        mid = name.charAt(0);
    }

    void begin(long now) {
        begunAt = nextAt = now;
        reportAt = now + 200 * Time.MILLI;
    }

    long packets() {
        return packets;
    }

    abstract long intervalNanos();

    /** Sends one frame. */
    abstract void frame();

    void keyFrameWanted() {}

    @Override
    void wake(long now) {
        while (Time.due(nextAt, now)) {
            timestamp = timestampAt(nextAt);
            frame();
            nextAt += intervalNanos();
        }
        if (Time.due(reportAt, now)) report(now);
    }

    @Override
    long nextWake() {
        return Time.earlier(nextAt, reportAt);
    }

    void end() {
        nextAt = reportAt = Time.NEVER;
    }

    private int timestampAt(long at) {
        return firstTimestamp + (int) ((at - begunAt) / 1_000 * clockRate / 1_000_000);
    }

    /** The payload stands behind {@link #HEADER} already; its last {@link #STAMP} bytes are replaced. */
    void send(boolean marker, int payloadLength) {
        packet[0] = (byte) 0x90;
        packet[1] = (byte) (marker ? 0x80 | payloadType : payloadType);
        Bytes.u16(packet, 2, seq++ & 0xffff);
        Bytes.i32(packet, 4, timestamp);
        Bytes.i32(packet, 8, ssrc);
        Bytes.u16(packet, 12, 0xBEDE);
        Bytes.u16(packet, 14, 2);
        Bytes.i32(packet, 20, 0);
        if (video) {
            packet[16] = TRANSPORT_ID << 4 | 1;
            Bytes.u16(packet, 17, peer.nextTransportSeq());
            packet[19] = 0;
            if (rid != null) {
                packet[19] = MID_ID << 4;
                packet[20] = (byte) mid;
                packet[21] = RID_ID << 4;
                packet[22] = (byte) rid.charAt(0);
            }
        } else {
            packet[16] = AUDIO_LEVEL_ID << 4;
            packet[17] = (byte) (0x80 | 20);
            packet[18] = packet[19] = 0;
        }
        int length = HEADER + payloadLength;
        Bytes.i32(packet, length - STAMP, MARK);
        Bytes.i64(packet, length - STAMP + 4, System.nanoTime());
        packets++;
        octets += payloadLength;
        peer.sendRtp(packet, length);
    }

    private void report(long now) {
        reportAt = now + REPORT_INTERVAL;
        long wallNanos = System.currentTimeMillis() * Time.MILLI;
        long ntp = wallNanos / Time.SECOND + NTP_EPOCH << 32 | (wallNanos % Time.SECOND << 32) / Time.SECOND;
        RtcpWriter out = peer.rtcp();
        out.senderReport(ssrc, ntp, timestampAt(now), packets, octets);
        out.cname(ssrc, cname);
        peer.sendRtcp();
    }

    static int room() {
        return 1_200 - HEADER - SrtpContext.OVERHEAD;
    }

    /** VP8 at 30 frames per second and a constant rate, with picture ids and one temporal layer. */
    static final class Vp8 extends MediaSource {
        private static final int DESCRIPTOR = 6;
        private static final int FRAMES_PER_SECOND = 30;
        private static final int KEY_FRAME_FACTOR = 3;
        private final int frameBytes;
        private int pictureId;
        private int base;
        private int keyIndex;
        private boolean keyFrame = true;

        Vp8(LoadPeer peer, int bitrateBps, String rid, RandomGenerator random) {
            super(peer, true, 96, 90_000, rid, random);
            frameBytes = Math.max(64, bitrateBps / 8 / FRAMES_PER_SECOND);
            random.nextBytes(packet);
        }

        @Override
        long intervalNanos() {
            return Time.SECOND / FRAMES_PER_SECOND;
        }

        @Override
        void keyFrameWanted() {
            keyFrame = true;
        }

        @Override
        void frame() {
            int total = keyFrame ? frameBytes * KEY_FRAME_FACTOR : frameBytes;
            if (keyFrame) keyIndex++;
            base++;
            pictureId = pictureId + 1 & 0x7fff;
            int count = (total + room() - 1) / room();
            for (int i = 0; i < count; i++) {
                int length = total / count + (i < total % count ? 1 : 0);
                descriptor(i == 0);
                if (i == 0) frameHeader();
                send(i == count - 1, length);
            }
            keyFrame = false;
        }

        /** RFC 7741 section 4.2. */
        private void descriptor(boolean first) {
            packet[HEADER] = (byte) (first ? 0x90 : 0x80);
            packet[HEADER + 1] = (byte) 0xf0;
            Bytes.u16(packet, HEADER + 2, 0x8000 | pictureId);
            packet[HEADER + 4] = (byte) base;
            packet[HEADER + 5] = (byte) (keyIndex & 0x1f);
        }

        /** RFC 6386 section 9.1. */
        private void frameHeader() {
            int at = HEADER + DESCRIPTOR;
            packet[at] = (byte) (keyFrame ? 0x10 : 0x11);
            packet[at + 1] = packet[at + 2] = 0x02;
            if (!keyFrame) return;
            Bytes.u24(packet, at + 3, 0x9d012a);
            packet[at + 6] = (byte) (1280 & 0xff);
            packet[at + 7] = 1280 >> 8;
            packet[at + 8] = (byte) (720 & 0xff);
            packet[at + 9] = 720 >> 8;
        }
    }

    /** Opus: packets of 100 bytes, never silent. */
    static final class Opus extends MediaSource {
        private static final int PAYLOAD = 100;

        private final int millis;

        Opus(LoadPeer peer, int millis, RandomGenerator random) {
            super(peer, false, 111, 48_000, null, random);
            this.millis = millis;
            random.nextBytes(packet);
        }

        @Override
        long intervalNanos() {
            return millis * Time.MILLI;
        }

        @Override
        void frame() {
            packet[HEADER] = (byte) 0xf8; // RFC 6716 section 3.1: CELT, full band, 20 ms, mono, one frame
            send(false, PAYLOAD);
        }
    }
}
