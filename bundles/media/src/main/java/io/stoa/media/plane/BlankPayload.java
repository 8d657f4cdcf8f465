package io.stoa.media.plane;

import io.stoa.base.Time;
import io.stoa.media.ForwarderState;
import io.stoa.media.Translation;
import io.stoa.protocol.livekit.VP8MungerState;
import io.stoa.rtp.Vp8Descriptor;
import io.stoa.sdp.Codec;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A frame in which nothing is to be heard or seen, as the payloads of its packets: 20 ms of silence, or a black picture of the smallest
 * size that needs no other.
 */
final class BlankPayload {
    /** An opus packet of 20 ms (RFC 6716 section 3): full band, mono, one frame, in which nothing is. */
    private static final byte[] OPUS = bytes("f8fffe");

    /** 16 by 16 pixels. */
    private static final byte[] VP8 = bytes("1002009d012a100010000047088585888584880202000c0d6000feffab5080");

    /** The same: parameter sets and picture, in packets of their own, so that clients of any packetization mode (RFC 6184 section 6) take them. */
    private static final byte[][] H264 = {
        bytes("6742c00adde840000003004000000f23c489e0"), bytes("68ce0f2c80"), bytes("65888404bc98a00038a380")
    };

    private static final int G711_FRAME = 160;
    private static final byte MU_LAW_ZERO = (byte) 0xff;
    private static final byte A_LAW_ZERO = (byte) 0xd5;
    private static final long SOUND_LASTS = 20 * Time.MILLI;
    private static final long PICTURE_LASTS = Time.SECOND / 30;
    private static final long NOTHING_LASTS = 100 * Time.MILLI;

    final boolean red;
    final boolean video;
    final long lasts;
    final int clockRate;
    private final byte[][] packets;
    /** Of VP8, with which its packet begins; 0: of another codec. */
    private final long descriptor;

    private int picture;
    private int tl0;
    private int keyIdx;

    private BlankPayload(Codec codec, long lasts, boolean red, long descriptor, ForwarderState from, byte[]... packets) {
        this.red = red;
        this.lasts = lasts;
        video = lasts == PICTURE_LASTS;
        this.descriptor = descriptor;
        this.packets = packets;
        clockRate = codec.clockRate();
        VP8MungerState sent = from.munger().getVp8Munger();
        picture = sent.getExtLastPictureId();
        tl0 = sent.getLastTl0PicIdx();
        keyIdx = sent.getLastKeyIdx();
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    /**
     * @param red the client takes audio in RED
     * @param from what was sent last
     * @param trailer ends the frame
     * @return null of codecs for which there is none
     */
    static BlankPayload of(Codec codec, boolean red, ForwarderState from, byte[] trailer) {
        if (codec.is("opus")) return new BlankPayload(codec, SOUND_LASTS, red, 0, from, red ? join(new byte[1], OPUS, trailer) : join(OPUS, trailer));
        if (codec.is("pcmu")) return new BlankPayload(codec, SOUND_LASTS, false, 0, from, join(filled(MU_LAW_ZERO), trailer));
        if (codec.is("pcma")) return new BlankPayload(codec, SOUND_LASTS, false, 0, from, join(filled(A_LAW_ZERO), trailer));
        if (codec.is("vp8")) return vp8(codec, from, trailer);
        if (codec.is("h264")) return new BlankPayload(codec, PICTURE_LASTS, false, 0, from, H264[0], H264[1], join(H264[2], trailer));
        return null;
    }

    /** Of any codec: not a frame, only a packet of padding. */
    static BlankPayload nothing(Codec codec, ForwarderState from) {
        return new BlankPayload(codec, NOTHING_LASTS, false, 0, from);
    }

    private static BlankPayload vp8(Codec codec, ForwarderState from, byte[] trailer) {
        long descriptor = Vp8Descriptor.with(Vp8Descriptor.begin(from.lastDescriptor()), 0, 0, 0);
        int length = Vp8Descriptor.write(descriptor, new byte[Translation.MAX_DESCRIPTOR], 0);
        return new BlankPayload(codec, PICTURE_LASTS, false, descriptor, from, join(new byte[length], VP8, trailer));
    }

    private static byte[] filled(byte sample) {
        byte[] frame = new byte[G711_FRAME];
        Arrays.fill(frame, sample);
        return frame;
    }

    private static byte[] join(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) length += part.length;
        byte[] joined = new byte[length];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, joined, at, part.length);
            at += part.length;
        }
        return joined;
    }

    /** Another frame begins. */
    void next() {
        if (descriptor != 0) Vp8Descriptor.write(Vp8Descriptor.with(descriptor, ++picture, ++tl0, ++keyIdx), packets[0], 0);
    }

    int packets() {
        return packets.length;
    }

    byte[] bytes(int packet) {
        return packets[packet];
    }
}
