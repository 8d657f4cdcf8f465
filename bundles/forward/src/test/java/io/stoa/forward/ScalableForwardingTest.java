package io.stoa.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Drop;
import io.stoa.base.Time;
import io.stoa.media.ForwarderSpec;
import io.stoa.media.LayeredFrame;
import io.stoa.media.PacketMeta;
import io.stoa.media.Translation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a subscriber gets of a stream with layers in it: always something that can be decoded, and soon what it wants. */
class ScalableForwardingTest {
    private final PacketMeta in = new PacketMeta();
    private final LayeredFrame holder = new LayeredFrame();
    private final Translation out = new Translation();
    private LayerForwarder forwarder = forwarder();
    private final List<Sent> sent = new ArrayList<>();

    /**
     * @param empty it only fills its number
     * @param activeTargets -1 if the descriptor stays as it is
     */
    private record Sent(ScalableStream.Packet of, int seq, boolean marker, boolean empty, int activeTargets) {
        int spatial() {
            return of.frame().spatial();
        }
    }

    private static LayerForwarder forwarder() {
        LayerForwarder forwarder = new LayerForwarder(new ForwarderSpec("TR_x", "PA_y", "video/av1", 90_000, true, false, 4));
        forwarder.live(0, 0b111);
        return forwarder;
    }

    private static long at(ScalableStream.Packet packet) {
        return packet.frame().picture() * Time.SECOND / 30;
    }

    private Drop forward(ScalableStream.Packet packet) {
        Drop drop = forwarder.forward(at(packet), packet.describe(in, holder), out);
        if (drop == null) sent.add(new Sent(packet, out.seq, out.marker, out.descriptorReplaces == Translation.WHOLE_PAYLOAD, out.targets == 0 ? -1 : out.activeTargets));
        return drop;
    }

    private List<Sent> ofPicture(int picture) {
        return sent.stream().filter(one -> one.of.frame().picture() == picture).toList();
    }

    /** Nothing that goes on needs anything that does not; numbers follow each other; the marker is on the last packet of each picture alone. */
    private void assertDecodable() {
        Set<Integer> numbers = new HashSet<>();
        for (Sent one : sent) {
            if (one.of.part() == 0) assertThat(numbers).as("what %s needs", one.of.frame()).containsAll(one.of.frame().needs());
            numbers.add(one.of.frame().number());
        }
        for (int i = 1; i < sent.size(); i++) assertThat(sent.get(i).seq).isEqualTo(sent.get(i - 1).seq + 1 & 0xffff);
        for (int i = 0; i < sent.size(); i++) {
            boolean last = i == sent.size() - 1 || sent.get(i + 1).of.frame().picture() != sent.get(i).of.frame().picture();
            assertThat(sent.get(i).marker).as("marker of %s", sent.get(i)).isEqualTo(last);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everybodyGetsWhatTheyWantFromTheKeyFrameOn(boolean keyOnly) {
        var stream = new ScalableStream(keyOnly, 12, Set.of(2));
        for (int spatial = 0; spatial < 3; spatial++) {
            for (int temporal = 0; temporal < 3; temporal++) {
                forwarder = forwarder();
                sent.clear();
                forwarder.target(0, spatial, temporal);
                for (var packet : stream.packets) {
                    Drop drop = forward(packet);
                    if (packet.frame().picture() < 2) assertThat(drop).isEqualTo(Drop.WAITING_FOR_KEY_FRAME);
                }
                assertDecodable();
                for (Sent one : sent) assertThat(one.of.frame().temporal()).isLessThanOrEqualTo(temporal);
                assertThat(ofPicture(2)).hasSize(2 * (spatial + 1));
                assertThat(ofPicture(6)).hasSize(keyOnly ? 2 : 2 * (spatial + 1)).last().extracting(Sent::spatial).isEqualTo(spatial);
            }
        }
    }

    @Test
    void whereLayersDependOnEachOtherLessIsHadAtOnce() {
        var stream = new ScalableStream(false, 12, Set.of(0));
        for (var packet : stream.packets) {
            if (packet.frame().picture() == 5) forwarder.target(at(packet), 1, 3);
            forward(packet);
            assertThat(forwarder.keyFrameWanted(at(packet), 0)).isEqualTo(-1);
        }
        assertDecodable();
        assertThat(ofPicture(4)).last().extracting(Sent::spatial).isEqualTo(2);
        assertThat(ofPicture(5)).as("in mid-picture nothing changes, but this one begins with it").last().extracting(Sent::spatial).isEqualTo(1);
    }

    @Test
    void whereTheyDoNotAKeyFrameIsAskedFor() {
        var stream = new ScalableStream(true, 20, Set.of(0, 14));
        List<Integer> asked = new ArrayList<>();
        for (var packet : stream.packets) {
            if (packet.frame().picture() == 5) forwarder.target(at(packet), 1, 3);
            forward(packet);
            if (forwarder.keyFrameWanted(at(packet), 0) >= 0) asked.add(packet.frame().picture());
        }
        assertDecodable();
        assertThat(asked).as("from the next picture of the lowest temporal layer, until the key frame is there").isNotEmpty().allMatch(picture -> picture >= 8 && picture < 14);
        assertThat(ofPicture(13)).extracting(Sent::spatial).containsOnly(2);
        assertThat(ofPicture(15)).extracting(Sent::spatial).containsOnly(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void moreNeedsAKeyFrame(boolean keyOnly) {
        var stream = new ScalableStream(keyOnly, 20, Set.of(0, 14));
        forwarder.target(0, 0, 3);
        boolean asked = false;
        for (var packet : stream.packets) {
            if (packet.frame().picture() == 5) forwarder.target(at(packet), 2, 3);
            forward(packet);
            boolean wanted = forwarder.keyFrameWanted(at(packet), 0) >= 0;
            if (packet.frame().picture() < 5) assertThat(wanted).isFalse();
            asked |= wanted;
        }
        assertThat(asked).isTrue();
        assertDecodable();
        assertThat(ofPicture(13)).last().extracting(Sent::spatial).isEqualTo(0);
        assertThat(ofPicture(14)).last().extracting(Sent::spatial).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void temporalLayersGoAtOnceAndComeWhereTheStreamAllowsIt(boolean keyOnly) {
        var stream = new ScalableStream(keyOnly, 30, Set.of(0));
        for (var packet : stream.packets) {
            if (packet.frame().picture() == 9) forwarder.target(at(packet), 2, 0);
            if (packet.frame().picture() == 18) forwarder.target(at(packet), 2, 2);
            Drop dd = forward(packet); System.out.println(packet.frame()+" "+dd);
            assertThat(forwarder.keyFrameWanted(at(packet), 0)).isEqualTo(-1);
        }
        assertDecodable();
        assertThat(ofPicture(9)).isEmpty();
        assertThat(ofPicture(12)).isNotEmpty();
        assertThat(ofPicture(22)).isNotEmpty();
        assertThat(ofPicture(23)).isNotEmpty();
    }

    @Test
    void whatIsActiveIsToldOnceItIsLessThanAll() {
        var stream = new ScalableStream(false, 20, Set.of(0, 10));
        for (var packet : stream.packets) {
            if (packet.frame().picture() == 5) forwarder.target(at(packet), 0, 1);
            if (packet.frame().picture() == 10) forwarder.target(at(packet), 2, 3);
            forward(packet);
        }
        assertThat(ofPicture(4)).extracting(Sent::activeTargets).containsOnly(-1);
        assertThat(ofPicture(6)).extracting(Sent::activeTargets).containsOnly(0b011);
        assertThat(ofPicture(12)).extracting(Sent::activeTargets).containsOnly(0b111_111_111);
    }

    @Test
    void layersThatAreNotSentAreNotWaitedFor() {
        var stream = new ScalableStream(false, 20, Set.of(0));
        for (var packet : stream.packets) {
            if (packet.frame().picture() >= 6 && packet.frame().spatial() == 2) continue; // the encoder has stopped them
            if (packet.frame().picture() == 12) forwarder.live(at(packet), 0b011);
            forward(packet);
        }
        assertThat(ofPicture(13)).last().satisfies(one -> assertThat(one.marker).isTrue());
        assertThat(forwarder.keyFrameWanted(Time.SECOND, 0)).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anotherEngineGoesOnWithTheSameLayers(boolean keyOnly) {
        var stream = new ScalableStream(keyOnly, 20, Set.of(0));
        forwarder.target(0, 1, 3);
        int count = 0;
        for (var packet : stream.packets) {
            if (count++ % 7 == 6) {
                LayerForwarder next = forwarder();
                next.target(0, 1, 3);
                next.restore(forwarder.snapshot());
                next.target(0, 1, 3);
                forwarder = next;
            }
            forward(packet);
        }
        assertDecodable();
        assertThat(ofPicture(19)).last().extracting(Sent::spatial).isEqualTo(1);
    }

    /** Packets of frames that did not go on leave no gaps, also where they come late; what was lost leaves one that can be filled. */
    @Test
    void reorderedPacketsFareAsTheirFrames() {
        SplittableRandom random = new SplittableRandom(8);
        for (int round = 0; round < 200; round++) {
            var stream = new ScalableStream(random.nextBoolean(), 40, Set.of(0, 20));
            forwarder = forwarder();
            sent.clear();
            List<ScalableStream.Packet> order = new ArrayList<>(stream.packets);
            for (int i = 10; i + 4 < order.size(); i += 3) if (random.nextInt(4) == 0) order.add(i + random.nextInt(1, 4), order.remove(i));
            for (var packet : order) {
                if (random.nextInt(60) == 0) forwarder.target(at(packet), random.nextInt(3), random.nextInt(4));
                forward(packet);
            }
            Set<Integer> used = new HashSet<>();
            Map<Integer, Integer> parts = new HashMap<>();
            for (Sent one : sent) {
                assertThat(used.add(one.seq)).as("number %d in round %d", one.seq, round).isTrue();
                if (!one.empty) parts.merge(one.of.frame().number(), 1, Integer::sum);
            }
            assertThat(parts.values()).as("frames go whole").containsOnly(2);
        }
    }
}
