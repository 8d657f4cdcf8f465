package io.stoa.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.stoa.media.PeerSpec;
import io.stoa.media.PeerSpec.EnabledCodec;
import io.stoa.media.PeerSpec.Role;
import io.stoa.media.PublicationSpec;
import io.stoa.sdp.Codec;
import io.stoa.sdp.Direction;
import io.stoa.sdp.MediaDescription;
import io.stoa.sdp.MediaDescription.Msid;
import io.stoa.sdp.SessionDescription;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Codecs in descriptions: RED (RFC 2198), what is asked of opus, telephone codecs, formats that a room names; spec 4.6, 6.1, 6.5. */
class CodecNegotiationTest {
    static final Codec OPUS = new Codec(111, "opus", 48_000, 2, "minptime=10;useinbandfec=1", List.of("transport-cc", "nack"));
    static final Codec RED = new Codec(63, "red", 48_000, 2, "111/111", List.of("nack"));
    static final Codec PCMU = new Codec(0, "PCMU", 8_000, 1, "", List.of("nack"));
    static final Codec PCMA = new Codec(8, "PCMA", 8_000, 1, "", List.of());
    static final Codec COMFORT_NOISE = new Codec(13, "CN", 8_000, 1, "", List.of());
    static final EnabledCodec[] EVERYTHING = {
        new EnabledCodec("audio/pcmu", ""), new EnabledCodec("audio/pcma", ""), new EnabledCodec("audio/opus", ""), new EnabledCodec("audio/red", "")
    };

    static PublicationSpec microphone(String mime, boolean redDisabled, boolean encrypted) {
        return new PublicationSpec("TR_a", List.of("mic"), false, mime, redDisabled, false, false, encrypted);
    }

    /** A browser's offer whose first section sends a microphone (or receives), in these codecs. */
    static SessionDescription offer(Direction direction, Codec... codecs) throws Exception {
        SessionDescription offer = Recorder.recorded("chrome-offer-simulcast");
        MediaDescription section = offer.media.getFirst();
        section.direction = direction;
        section.codecs = List.of(codecs);
        if (direction.sends()) section.msids.add(new Msid("-", "mic"));
        return offer;
    }

    static MediaDescription published(Recorder ann, PublicationSpec publication, Codec... codecs) throws Exception {
        ann.peer.expect(publication);
        return ann.peer.answer(0, offer(Direction.SENDONLY, codecs)).media.getFirst();
    }

    static List<Integer> types(MediaDescription section) {
        return section.codecs.stream().map(Codec::payloadType).toList();
    }

    static SenderSpec sending(Codec codec, boolean red) {
        return new SenderSpec("TR_a", "PA_y|TR_a", false, codec, 0, red);
    }

    static Recorder client(Role role, boolean red) {
        return new Recorder(Recorder.spec(role, red, EVERYTHING));
    }

    // -- published

    @Test
    void opus_is_asked_for_in_red() throws Exception {
        var ann = client(Role.SINGLE, true);
        MediaDescription mine = published(ann, microphone("", false, false), OPUS, RED, COMFORT_NOISE, PCMU, PCMA);
        assertThat(types(mine)).containsExactly(63, 111, 0, 8);
        assertThat(mine.codecs.getFirst().fmtp()).isEqualTo("111/111");
        Receiver receiver = ann.receivers.getFirst();
        assertThat(receiver.codec().mime("audio")).isEqualTo("audio/red");
        assertThat(receiver.primary().payloadType()).isEqualTo(111);
        assertThat(receiver.redPayloadType()).isEqualTo(63);
        assertThat(List.of(receiver.carries(63), receiver.carries(111), receiver.carries(0))).containsExactly(true, true, false);
    }

    @ParameterizedTest
    @CsvSource({"true, false", "false, true"})
    void unless_the_client_does_not_want_it_or_encrypts_what_is_inside(boolean disabled, boolean encrypted) throws Exception {
        var ann = client(Role.PUBLISHER, true);
        MediaDescription mine = published(ann, microphone("", disabled, encrypted), RED, OPUS, PCMU);
        assertThat(types(mine)).as("opus first, though it was not in the offer").containsExactly(111, 63, 0);
        assertThat(ann.receivers.getFirst().codec().mime("audio")).isEqualTo("audio/opus");
        assertThat(ann.receivers.getFirst().carries(63)).as("each packet may still be either").isTrue();
    }

    @Test
    void clients_and_rooms_without_red() throws Exception {
        assertThat(types(published(client(Role.SINGLE, false), microphone("", false, false), OPUS, RED, PCMU))).containsExactly(111, 0);
        var firefox = new Recorder(new PeerSpec("RM_x", "PA_x", "ann", Role.SINGLE, List.of(EVERYTHING), true, true, false));
        assertThat(types(published(firefox, microphone("", false, false), OPUS, RED, PCMU))).containsExactly(111, 0);
        var plain = new Recorder(Recorder.spec(Role.SINGLE, true, new EnabledCodec("audio/opus", ""), new EnabledCodec("audio/pcmu", "")));
        assertThat(types(published(plain, microphone("", false, false), OPUS, RED, PCMU))).containsExactly(111, 0);
        var noOpus = new Recorder(Recorder.spec(Role.SINGLE, true, new EnabledCodec("audio/red", ""), new EnabledCodec("audio/pcmu", "")));
        assertThat(types(published(noOpus, microphone("", false, false), OPUS, RED, PCMU))).containsExactly(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"111/0", "0/0", "96/96", "", "x/x", "/", "111/111/112"})
    void red_with_something_else_in_it_is_not_spoken(String fmtp) throws Exception {
        assertThat(types(published(client(Role.SINGLE, true), microphone("", false, false), OPUS, RED.withFmtp(fmtp), PCMU))).containsExactly(111, 0);
    }

    @Test
    void a_codec_that_was_announced_comes_before_red() throws Exception {
        var ann = client(Role.SINGLE, true);
        assertThat(types(published(ann, microphone("audio/pcma", false, false), OPUS, RED, PCMU, PCMA))).containsExactly(8, 111, 63, 0);
        assertThat(ann.receivers.getFirst().codec().mime("audio")).isEqualTo("audio/PCMA");
        assertThat(ann.receivers.getFirst().primary().clockRate()).isEqualTo(8_000);
        assertThat(ann.receivers.getFirst().redPayloadType()).isNegative();
    }

    @Test
    void stereo_and_silence_are_asked_of_opus() throws Exception {
        var wishes = new PublicationSpec("TR_a", List.of("mic"), false, "", false, true, true, false);
        MediaDescription mine = published(client(Role.SINGLE, true), wishes, OPUS, RED, PCMU);
        assertThat(mine.codec(111).fmtp()).isEqualTo("minptime=10;useinbandfec=1;usedtx=1;stereo=1;maxaveragebitrate=510000");
        assertThat(mine.codec(63).fmtp()).isEqualTo("111/111");
        assertThat(mine.codec(0).fmtp()).isEmpty();
    }

    // -- subscribed

    @Test
    void a_client_that_offers_sections_gets_red_where_it_takes_it() throws Exception {
        var bob = client(Role.SINGLE, true);
        Sender sender = bob.peer.addSender(0, sending(OPUS, true));
        MediaDescription mine = bob.peer.answer(0, offer(Direction.RECVONLY, OPUS, RED, PCMU)).media.getFirst();
        assertThat(types(mine)).as("in the order of the offer").containsExactly(111, 63, 0);
        assertThat(mine.codec(111).feedback()).as("lost packets come with the next ones").isEmpty();
        assertThat(mine.codec(63).feedback()).isEmpty();
        assertThat(sender.bound()).isTrue();
        assertThat(sender.red()).isTrue();
        bob.peer.answer(0, offer(Direction.RECVONLY, OPUS, PCMU));
        assertThat(sender.bound()).isTrue();
        assertThat(sender.red()).as("given up with a later offer").isFalse();
    }

    @Test
    void a_plain_track_is_repaired_by_asking() throws Exception {
        var bob = client(Role.SINGLE, true);
        Sender sender = bob.peer.addSender(0, sending(OPUS, false));
        MediaDescription mine = bob.peer.answer(0, offer(Direction.RECVONLY, OPUS, RED)).media.getFirst();
        assertThat(mine.codec(111).feedback()).containsExactly("nack");
        assertThat(sender.red()).isFalse();
    }

    @Test
    void red_is_offered_for_redundant_tracks_and_not_insisted_on() throws Exception {
        for (boolean takes : new boolean[] {true, false}) {
            var bob = client(Role.SUBSCRIBER, true);
            Sender sender = bob.peer.addSender(0, sending(OPUS, true));
            SessionDescription offer = bob.peer.offer(0, false);
            MediaDescription mine = offer.media.get(1);
            assertThat(mine.codecs).extracting(Codec::payloadType, Codec::name).containsExactly(
                    tuple(111, "opus"), tuple(63, "red"));
            assertThat(mine.codec(63).redPrimary()).isEqualTo(111);
            assertThat(mine.codec(111).feedback()).isEmpty();
            SessionDescription answer = NegotiationTest.accept(offer);
            if (!takes) answer.media.get(1).codecs.removeIf(Codec::isRed);
            bob.peer.accept(0, answer);
            assertThat(bob.events).contains("bound TR_a");
            assertThat(sender.red()).isEqualTo(takes);
        }
    }

    @Test
    void red_is_not_offered_where_it_is_of_no_use() throws Exception {
        var plain = client(Role.SUBSCRIBER, true);
        plain.peer.addSender(0, sending(OPUS, false));
        assertThat(types(plain.peer.offer(0, false).media.get(1))).containsExactly(111);
        var firefox = client(Role.SUBSCRIBER, false);
        Sender sender = firefox.peer.addSender(0, sending(OPUS, true));
        SessionDescription offer = firefox.peer.offer(0, false);
        assertThat(types(offer.media.get(1))).containsExactly(111);
        assertThat(offer.media.get(1).codec(111).feedback()).containsExactly("nack");
        firefox.peer.accept(0, NegotiationTest.accept(offer));
        assertThat(sender.red()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"PCMU, 0", "PCMA, 8"})
    void telephone_codecs_go_both_ways(String name, int payloadType) throws Exception {
        Codec codec = name.equals("PCMU") ? PCMU : PCMA;
        var ann = client(Role.SINGLE, true);
        assertThat(types(published(ann, microphone("audio/" + name.toLowerCase(Locale.ROOT), false, false), PCMA, PCMU)).getFirst()).isEqualTo(payloadType);
        assertThat(ann.receivers.getFirst().codec().name()).isEqualTo(name);
        var bob = client(Role.SINGLE, true);
        bob.peer.addSender(0, sending(codec, false));
        MediaDescription mine = bob.peer.answer(0, offer(Direction.RECVONLY, OPUS, RED, PCMU, PCMA)).media.getFirst();
        assertThat(types(mine).getFirst()).isEqualTo(payloadType);
        assertThat(bob.events).contains("bound TR_a");
        var cat = client(Role.SUBSCRIBER, true);
        cat.peer.addSender(0, sending(codec, false));
        assertThat(types(cat.peer.offer(0, false).media.get(1))).containsExactly(payloadType);
    }

    // -- video by name of the format

    static final Codec H265 = new Codec(49, "H265", 90_000, 1, "level-id=93;profile-id=1;tier-flag=0;tx-mode=SRST", List.of("nack", "nack pli", "ccm fir"));
    static final Codec H264_BASELINE = new Codec(108, "H264", 90_000, 1, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f", List.of());
    static final Codec H264_HIGH = new Codec(123, "H264", 90_000, 1, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=640032", List.of());

    private static SessionDescription camera(Direction direction, Codec... codecs) throws Exception {
        SessionDescription offer = Recorder.recorded("chrome-offer-simulcast");
        MediaDescription section = offer.byMid("3");
        section.direction = direction;
        section.codecs = List.of(codecs);
        if (direction.sends()) section.msids.add(new Msid("-", "cam"));
        return offer;
    }

    @Test
    void h265_goes_both_ways() throws Exception {
        Codec rtx = new Codec(50, "rtx", 90_000, 1, "apt=49", List.of());
        var ann = new Recorder(Role.SINGLE);
        ann.peer.expect(NegotiationTest.video("TR_v", "cam", "video/h265"));
        MediaDescription mine = ann.peer.answer(0, camera(Direction.SENDONLY, H264_BASELINE, H265, rtx)).byMid("3");
        assertThat(types(mine)).containsExactly(49, 108, 50);
        assertThat(ann.receivers.getFirst().codec().mime("video")).isEqualTo("video/H265");
        var bob = new Recorder(Role.SINGLE);
        bob.peer.addSender(0, new SenderSpec("TR_v", "PA_y|TR_v", true, H265, 0, false));
        mine = bob.peer.answer(0, camera(Direction.RECVONLY, H264_BASELINE, H265, rtx)).byMid("3");
        assertThat(types(mine)).containsExactly(49, 108, 50);
        assertThat(bob.events).contains("bound TR_v");
        var cat = new Recorder(Role.SUBSCRIBER);
        cat.peer.addSender(0, new SenderSpec("TR_v", "PA_y|TR_v", true, H265, 0, false));
        assertThat(types(cat.peer.offer(0, false).media.get(1))).containsExactly(116, 117);
    }

    @Test
    void main_profile_is_spoken_where_the_room_says_so() throws Exception {
        String format = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=4d001f";
        Codec main = new Codec(112, "H264", 90_000, 1, format, List.of());
        for (boolean named : new boolean[] {true, false}) {
            var ann = new Recorder(Role.SINGLE, new EnabledCodec("video/h264", ""), new EnabledCodec("video/h264", named ? format : ""));
            ann.peer.expect(NegotiationTest.video("TR_v", "cam", "video/h264"));
            MediaDescription mine = ann.peer.answer(0, camera(Direction.SENDONLY, main, H264_BASELINE)).byMid("3");
            if (named) assertThat(types(mine)).containsExactly(112, 108);
            else assertThat(types(mine)).containsExactly(108);
        }
    }

    @Test
    void a_room_may_restrict_a_codec_to_one_format() throws Exception {
        var ann = new Recorder(Role.SINGLE, new EnabledCodec("video/h264", "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"));
        ann.peer.expect(NegotiationTest.video("TR_v", "cam", "video/h264"));
        assertThat(types(ann.peer.answer(0, camera(Direction.SENDONLY, H264_HIGH, H264_BASELINE)).byMid("3"))).containsExactly(108);
        var both = new Recorder(Role.SINGLE, new EnabledCodec("video/h264", ""));
        both.peer.expect(NegotiationTest.video("TR_v", "cam", "video/h264"));
        assertThat(types(both.peer.answer(0, camera(Direction.SENDONLY, H264_HIGH, H264_BASELINE)).byMid("3"))).containsExactly(123, 108);
    }
}
