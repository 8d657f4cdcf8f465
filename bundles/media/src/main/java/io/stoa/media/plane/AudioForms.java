package io.stoa.media.plane;

import io.stoa.base.Drop;
import io.stoa.media.PacketMeta;
import io.stoa.rtp.RedView;
import io.stoa.rtp.RedWriter;
import io.stoa.rtp.RtpView;

/**
 * The packet at hand of an opus track, for subscribers that take RED and for those that do not: as it came, what is inside it, or RED
 * composed of it and the packets before it. One for all subscribers of the track.
 */
final class AudioForms {
    private final RedView red = new RedView();
    private final RedWriter writer = new RedWriter();
    private final RtpView packetBefore = new RtpView();
    private final RedView redBefore = new RedView();
    private final PacketMeta earlier = new PacketMeta();
    private int redPayloadType;
    private int payloadType;
    private boolean opaque;
    private boolean composes;
    private RtpView packet;
    private long index;
    private boolean isRed;
    private boolean composed;
    private int composedLength;
    /** What came before is not anybody's any more: the track was muted. */
    private long since;

    /** @param composing RED is to be made of what comes without it */
    void describe(TrackForm form, boolean composing) {
        redPayloadType = form.redPayloadType();
        payloadType = form.codec().payloadType();
        opaque = form.encrypted();
        composes = composing && !opaque && !form.redDisabled();
    }

    boolean composes() {
        return composes;
    }

    /** Nothing of before this index goes into what is composed. */
    void beginAt(long from) {
        since = from;
    }

    /** @return null, or why the packet is of no use to anybody */
    Drop set(long packetIndex, RtpView next) {
        packet = next;
        index = packetIndex;
        composed = false;
        isRed = next.payloadType() == redPayloadType;
        if (!isRed) return null;
        if (opaque) return Drop.CODEC_MISMATCH; // whatever is inside, it can neither be told nor taken out
        Drop fault = unpack(next);
        return fault == null && !red.carriesOnly(payloadType) ? Drop.PAYLOAD_MALFORMED : fault;
    }

    /** For a repetition: {@link #red} speaks of this packet. */
    Drop unpack(RtpView view) {
        return red.set(view.bytes(), view.payloadOffset(), view.payloadLength());
    }

    /** Whether the packet came as RED; {@link #red} speaks of it then. */
    boolean isRed() {
        return isRed;
    }

    RedView red() {
        return red;
    }

    /** Bytes of composed RED, valid if the length is not 0. */
    byte[] composed() {
        return writer.bytes();
    }

    /** Composes once per packet, when the first subscriber asks. @return 0 if there is nothing to compose or it must not be */
    int composedLength(LoopTrack track, int layer) {
        if (!composed) {
            composed = true;
            composedLength = composes ? compose(track, layer) : 0;
        }
        return composedLength;
    }

    private int compose(LoopTrack track, int layer) {
        writer.begin(packet.bytes(), packet.payloadOffset(), packet.payloadLength());
        for (int back = 1; back <= RedWriter.MAX_REDUNDANT && index - back >= since && track.find(layer, index - back, packetBefore); back++)
            if (!add(packet.timestamp() - packetBefore.timestamp())) break;
        return writer.write(payloadType);
    }

    private boolean add(int age) {
        RtpView view = packetBefore;
        if (view.payloadType() == payloadType) return writer.add(age, view.bytes(), view.payloadOffset(), view.payloadLength());
        if (view.payloadType() != redPayloadType || redBefore.set(view.bytes(), view.payloadOffset(), view.payloadLength()) != null) return false;
        return writer.add(age, redBefore.bytes(), redBefore.offset(0), redBefore.length(0));
    }

    /** The packet that a redundant block is a copy of, as if it had come itself. */
    PacketMeta earlier(PacketMeta meta, int back) {
        earlier.layer = meta.layer;
        earlier.index = meta.index - back;
        earlier.seq = meta.seq - back & 0xffff;
        earlier.timestamp = meta.timestamp - red.timestampOffset(back);
        earlier.marker = false;
        earlier.payloadType = payloadType;
        earlier.epoch = meta.epoch;
        earlier.meaning = meta.meaning;
        earlier.descriptor = 0;
        earlier.bytes = red.bytes();
        earlier.payloadOffset = red.offset(back);
        earlier.payloadLength = red.length(back);
        earlier.arrivedAt = meta.arrivedAt;
        return earlier;
    }
}
