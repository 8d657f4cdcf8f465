package io.stoa.rtp;

import java.util.Locale;

/**
 * What a packet means for a decoder, packed into a long (hop 8): key frame bit 0, first packet of a frame bit 1, last bit 2, temporal
 * layer 4..6, spatial layer 8..10, temporal layer known bit 12.
 */
public final class FrameMeaning {
    public enum Kind {
        AUDIO,
        VP8,
        VP9,
        H264,
        H265,
        AV1,
        OTHER_VIDEO
    }

    private static final long KEY = 1;
    private static final long START = 2;
    private static final long END = 4;

    private FrameMeaning() {}

    /** @param mime for instance {@code video/VP8}, any case */
    public static Kind kindOf(String mime) {
        return switch (mime.toLowerCase(Locale.ROOT)) {
            case "video/vp8" -> Kind.VP8;
            case "video/vp9" -> Kind.VP9;
            case "video/h264" -> Kind.H264;
            case "video/h265" -> Kind.H265;
            case "video/av1" -> Kind.AV1;
            default -> mime.toLowerCase(Locale.ROOT).startsWith("audio/") ? Kind.AUDIO : Kind.OTHER_VIDEO;
        };
    }

    public static boolean keyFrame(long meaning) {
        return (meaning & KEY) != 0;
    }

    public static boolean frameStart(long meaning) {
        return (meaning & START) != 0;
    }

    public static boolean frameEnd(long meaning) {
        return (meaning & END) != 0;
    }

    public static int temporal(long meaning) {
        return (int) (meaning >> 4) & 7;
    }

    public static int spatial(long meaning) {
        return (int) (meaning >> 8) & 7;
    }

    /** @param descriptor the packed payload descriptor if the kind is VP8 or VP9, else ignored */
    public static long of(Kind kind, RtpView packet, long descriptor) {
        byte[] b = packet.bytes();
        int at = packet.payloadOffset();
        int length = packet.payloadLength();
        long end = packet.marker() ? END : 0;
        if (length <= 0) return end;
        return end | switch (kind) {
            case AUDIO, OTHER_VIDEO -> START;
            case VP8 -> (Vp8Descriptor.keyFrame(descriptor) ? KEY : 0) | (Vp8Descriptor.frameStart(descriptor) ? START : 0) | layers(0, Vp8Descriptor.tid(descriptor));
            case VP9 -> vp9(descriptor);
            case H264 -> h264(b, at, length) ? KEY | START : 0;
            case H265 -> h265(b, at, length) ? KEY | START : 0;
            case AV1 -> av1(b[at] & 0xff);
        };
    }

    /** A key frame begins with a packet that is not inter-predicted, starts a frame, and is of the lowest spatial layer. */
    private static long vp9(long descriptor) {
        boolean start = Vp9Descriptor.frameStart(descriptor);
        boolean key = start && !Vp9Descriptor.interPicture(descriptor) && Vp9Descriptor.sid(descriptor) == 0;
        return (key ? KEY : 0) | (start ? START : 0) | layers(Vp9Descriptor.sid(descriptor), Vp9Descriptor.tid(descriptor));
    }

    private static long layers(int spatial, int temporal) {
        return (long) temporal << 4 | (long) spatial << 8;
    }

    /** RFC 6184: an IDR slice or a sequence parameter set, alone, aggregated (STAP-A) or as the first fragment (FU-A). */
    private static boolean h264(byte[] b, int at, int length) {
        int type = b[at] & 0x1f;
        if (type == 5 || type == 7) return true;
        if (type == 28) return length > 1 && b[at + 1] < 0 && isH264Key(b[at + 1] & 0x1f);
        if (type != 24) return false;
        for (int p = 1; p + 2 < length; ) {
            int size = (b[at + p] & 0xff) << 8 | b[at + p + 1] & 0xff;
            if (isH264Key(b[at + p + 2] & 0x1f)) return true;
            p += 2 + size;
        }
        return false;
    }

    private static boolean isH264Key(int type) {
        return type == 5 || type == 7;
    }

    /** RFC 7798: VPS, SPS or an intra random access slice, alone, aggregated (48) or as the first fragment (49). */
    private static boolean h265(byte[] b, int at, int length) {
        int type = b[at] >> 1 & 0x3f;
        if (isH265Key(type)) return true;
        if (type == 49) return length > 2 && b[at + 2] < 0 && isH265Key(b[at + 2] & 0x3f);
        return type == 48 && length > 4 && isH265Key(b[at + 4] >> 1 & 0x3f);
    }

    private static boolean isH265Key(int type) {
        return type >= 16 && type <= 21 || type == 32 || type == 33;
    }

    /** AV1 aggregation header: Z Y W W N; N = first packet of a coded video sequence, Z = continues an OBU. */
    private static long av1(int header) {
        boolean key = (header & 0x08) != 0;
        boolean continues = (header & 0x80) != 0;
        return (key ? KEY : 0) | (continues ? 0 : START);
    }
}
