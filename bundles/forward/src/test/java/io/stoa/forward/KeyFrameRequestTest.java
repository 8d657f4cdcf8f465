package io.stoa.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Time;
import io.stoa.media.ForwarderSpec;
import io.stoa.media.PacketMeta;
import io.stoa.media.Translation;
import io.stoa.rtp.FrameMeaning;
import io.stoa.rtp.RtpView;
import io.stoa.rtp.Vp8Descriptor;
import org.junit.jupiter.api.Test;

/** A subscriber that lost its picture gets a key frame: one is asked for until it comes, and no other after it. */
class KeyFrameRequestTest {
    static final long ROUND_TRIP = 40 * Time.MILLI;
    static final int NONE = -1;

    final LayerForwarder forwarder = new LayerForwarder(new ForwarderSpec("TR_x", "PA_y", "video/VP8", 90_000, true, false, 1));
    long index = 70_000;
    long now = Time.SECOND;

    @Test
    void a_key_frame_that_came_is_not_asked_for_again() {
        assertThat(wanted()).isZero();
        frame(true);
        assertThat(wanted()).isEqualTo(NONE);

        forwarder.keyFrameLost(now);
        assertThat(wanted()).isZero();
        frame(false);
        assertThat(wanted()).as("it has not come yet").isZero();

        frame(true);
        for (int second = 0; second < 5; second++) {
            frame(false);
            assertThat(wanted()).isEqualTo(NONE);
        }
    }

    int wanted() {
        now += 2 * Time.SECOND;
        return forwarder.keyFrameWanted(now, ROUND_TRIP);
    }

    /** A frame of one packet, with the shortest VP8 descriptor there is. */
    void frame(boolean key) {
        byte[] rtp = new byte[RtpView.HEADER + 20];
        rtp[0] = (byte) 0x80;
        rtp[1] = (byte) 0xe0;
        rtp[RtpView.HEADER] = 0x10;
        rtp[RtpView.HEADER + 1] = (byte) (key ? 0x10 : 0x11);
        RtpView packet = new RtpView();
        packet.set(rtp, 0, rtp.length);
        PacketMeta in = new PacketMeta();
        in.index = index++;
        in.bytes = rtp;
        in.payloadOffset = RtpView.HEADER;
        in.payloadLength = 20;
        in.arrivedAt = now;
        in.marker = true;
        in.descriptor = Vp8Descriptor.parse(rtp, RtpView.HEADER, 20);
        in.meaning = FrameMeaning.of(FrameMeaning.Kind.VP8, packet, in.descriptor);
        assertThat(forwarder.forward(now, in, new Translation())).isNull();
    }
}
