package io.stoa.simulation;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Drop;
import io.stoa.forward.Engines;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Redundant audio on its way to clients that take it and to clients that do not (RFC 2198, spec 6.5). */
class RedTest {
    /** One microphone; bob takes RED, cat does not, dan takes it by payload types of his own. */
    private static final class Call implements AutoCloseable {
        final VirtualNet net;
        final Room room;
        final Client ann;
        final Client bob;
        final Client cat;
        final Client dan;
        final Source microphone;

        Call(long seed, Source microphone) {
            this(seed, microphone, false);
        }

        Call(long seed, Source microphone, boolean composed) {
            this.microphone = microphone;
            net = VirtualNet.seeded(seed);
            room = new Room(net);
            room.red = true;
            room.driven.composeRed(composed);
            ann = room.publisher("ann");
            bob = room.subscriber("bob");
            cat = room.subscriber("cat");
            cat.unsupported("red");
            dan = room.single("dan");
            dan.audioTypes(97, 98);
        }

        Call begin() {
            ann.publish(microphone);
            dan.offer(false);
            for (Client listener : listeners()) listener.subscribe(ann, microphone);
            room.connected(ann, bob, cat, dan);
            net.run(SECOND);
            return this;
        }

        List<Client> listeners() {
            return List.of(bob, cat, dan);
        }

        Incoming at(Client listener) {
            return listener.received(microphone);
        }

        /** Nothing that a receiver should never see, and sound up to now. */
        void judge() {
            for (Client listener : listeners()) {
                Incoming track = at(listener);
                assertThat(track.breaks).as("%s, seed %d", track, net.seed).isEmpty();
                assertThat(track.last().at()).as("%s still flows, seed %d", track, net.seed).isGreaterThan(net.now() - 300 * MILLI);
            }
            assertThat(at(cat).redPackets).isZero();
        }

        /** How many frames there were from the first that was heard to the last. */
        int span(Incoming track) {
            return track.heard.stream().max(Integer::compare).orElseThrow() - track.heard.stream().min(Integer::compare).orElseThrow() + 1;
        }

        @Override
        public void close() {
            room.close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void it_goes_as_it_is_to_those_who_take_it_and_unpacked_to_others(int redundant) {
        var microphone = Source.microphone("TR_microphone", redundant);
        microphone.bodyBytes = 80;
        try (var call = new Call(701, microphone).begin()) {
            call.net.run(3 * SECOND);
            call.judge();
            for (Client listener : call.listeners()) {
                Incoming track = call.at(listener).isContinuous();
                assertThat(track.frames).hasSizeGreaterThan(180);
                if (listener != call.cat) assertThat(track.redPackets).isEqualTo(track.packets);
            }
            assertThat(call.ann.events).contains("published TR_microphone audio/red");
        }
    }

    @Test
    void packets_without_it_come_in_between() {
        var microphone = Source.microphone("TR_microphone", 2);
        microphone.plainEvery = 4;
        try (var call = new Call(711, microphone).begin()) {
            call.net.run(3 * SECOND);
            call.judge();
            for (Client listener : call.listeners()) assertThat(call.at(listener).isContinuous().frames).hasSizeGreaterThan(180);
            assertThat(call.at(call.bob).redPackets).isBetween(call.at(call.bob).packets * 7 / 10, call.at(call.bob).packets * 8 / 10);
            assertThat(call.ann.events).as("it is one track all the time").filteredOn(event -> event.startsWith("published")).hasSizeLessThan(3);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {721, 722, 723, 724})
    void what_is_lost_on_the_way_in_is_filled_for_everybody(long seed) {
        var microphone = Source.microphone("TR_microphone", 2);
        if (seed == 724) microphone.plainEvery = 5;
        try (var call = new Call(seed, microphone).begin()) {
            call.ann.up.loss(0.1).jitter(30 * MILLI).duplication(0.05);
            call.net.run(20 * SECOND);
            call.judge();
            for (Client listener : call.listeners()) {
                Incoming track = call.at(listener);
                int silent = call.span(track) - track.heard.size();
                // three in a row: 0.1 %; a plain packet has no copies
                assertThat(silent).as("frames of %s that nobody heard, seed %d", track, seed).isLessThan(seed == 724 ? 60 : 12);
            }
            Incoming unpacked = call.at(call.cat);
            assertThat(unpacked.lost.size()).as("%s, seed %d", unpacked, seed).isLessThan(seed == 724 ? 60 : 12);
            assertThat(unpacked.frames.size()).isGreaterThan(call.span(unpacked) - (seed == 724 ? 60 : 12));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {731, 732})
    void what_is_lost_on_the_way_out_is_asked_for_by_those_without(long seed) {
        try (var call = new Call(seed, Source.microphone("TR_microphone", 2)).begin()) {
            call.at(call.cat).repairsAudio = true;
            for (Client listener : call.listeners()) {
                call.at(listener).doubts = true;
                listener.down.loss(0.1).jitter(15 * MILLI);
            }
            call.ann.up.loss(0.05).jitter(25 * MILLI);
            call.net.run(20 * SECOND);
            call.judge();
            Incoming unpacked = call.at(call.cat);
            assertThat(unpacked.lost.size()).as("there is time to ask once, %s, seed %d", unpacked, seed).isLessThan(30);
            assertThat(unpacked.repetitions).as("each the same bytes, %s", unpacked).isGreaterThan(30);
            for (Client listener : List.of(call.bob, call.dan)) {
                Incoming track = call.at(listener);
                assertThat(track.repetitions).as("RED is not repeated, %s", track).isZero();
                assertThat(call.span(track) - track.heard.size()).as("%s, seed %d", track, seed).isLessThan(15);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {741, 742, 743})
    void the_engine_is_replaced_side_by_side(long seed) {
        var random = new SplittableRandom(seed);
        try (var call = new Call(seed, Source.microphone("TR_microphone", 2), seed == 743).begin()) {
            for (Client listener : call.listeners()) call.at(listener).doubts = true;
            call.ann.up.loss(0.05).jitter(25 * MILLI);
            for (int i = 0; i < 40; i++) {
                call.net.run(random.nextLong(300 * MILLI));
                call.room.swap(Engines.named("engine " + i));
            }
            call.net.run(SECOND);
            call.judge();
            for (Client listener : call.listeners()) {
                Incoming track = call.at(listener);
                assertThat(call.span(track) - track.heard.size()).as("%s, seed %d", track, seed).isLessThan(12);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {751, 752, 753})
    void the_engine_is_away_for_a_while(long seed) {
        var random = new SplittableRandom(seed);
        var microphone = seed == 753 ? Source.microphone("TR_microphone", 0) : Source.microphone("TR_microphone", 2);
        try (var call = new Call(seed, microphone, true).begin()) {
            call.ann.up.loss(0.05).jitter(25 * MILLI);
            for (int i = 0; i < 20; i++) {
                call.net.run(random.nextLong(500 * MILLI));
                call.room.stop();
                call.net.run(random.nextLong(300 * MILLI));
                call.room.start(Engines.named("engine " + i));
            }
            call.net.run(SECOND);
            call.judge();
            for (Client listener : call.listeners()) {
                Incoming track = call.at(listener);
                int expected = seed == 753 ? call.span(track) / 10 : 15;
                assertThat(call.span(track) - track.heard.size()).as("%s, seed %d", track, seed).isLessThan(expected);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {801, 802, 803})
    void a_client_gives_it_up_and_takes_it_again(long seed) {
        try (var call = new Call(seed, Source.microphone("TR_microphone", 2)).begin()) {
            call.ann.up.loss(0.2).jitter(60 * MILLI);
            for (int i = 0; i < 40; i++) {
                if (i % 2 == 0) call.dan.unsupported("red");
                else call.dan.supported("red");
                call.dan.offer(false);
                call.net.run(400 * MILLI);
            }
            call.judge();
            Incoming track = call.at(call.dan);
            assertThat(track.redPackets).as("%s, seed %d", track, seed).isBetween(track.packets / 4, track.packets * 3 / 4);
        }
    }

    // -- published without it

    @Test
    void it_is_composed_of_plain_packets_where_that_is_wanted() {
        try (var call = new Call(761, Source.microphone("TR_microphone", 0), true).begin()) {
            for (Client listener : List.of(call.bob, call.dan)) listener.down.loss(0.15);
            call.net.run(20 * SECOND);
            call.judge();
            for (Client listener : List.of(call.bob, call.dan)) {
                Incoming track = call.at(listener);
                assertThat(track.redPackets).as("all but the first one, %s", track).isGreaterThanOrEqualTo(track.packets - 1);
                assertThat(call.span(track) - track.heard.size()).as("%s, seed 761", track).isLessThan(15);
            }
            assertThat(call.at(call.cat).isContinuous().frames).hasSizeGreaterThan(950);
        }
    }

    @Test
    void nothing_of_a_muted_time_is_repeated_afterwards() {
        try (var call = new Call(771, Source.microphone("TR_microphone", 0), true).begin()) {
            call.ann.peer.setPublicationMuted("TR_microphone", true);
            call.net.run(100 * MILLI);
            int muted = call.microphone.frames(0);
            call.net.run(2 * SECOND);
            int until = call.microphone.frames(0) - 2; // those may be on their way
            call.ann.peer.setPublicationMuted("TR_microphone", false);
            call.net.run(SECOND);
            call.judge();
            for (Client listener : call.listeners()) {
                assertThat(call.at(listener).heard).as("seed 771").noneMatch(frame -> frame >= muted && frame < until);
                assertThat(call.at(listener).isContinuous().frames).hasSizeGreaterThan(60);
            }
        }
    }

    @Test
    void it_is_neither_asked_for_nor_composed_of_what_is_encrypted_or_shall_be_plain() {
        var plain = Source.microphone("TR_plain", 2);
        plain.redDisabled = true;
        var secret = Source.microphone("TR_secret", 2);
        secret.encrypted = true;
        for (Source microphone : List.of(plain, secret)) {
            try (var call = new Call(781, microphone, true).begin()) {
                call.net.run(2 * SECOND);
                call.judge();
                for (Client listener : call.listeners()) {
                    assertThat(call.at(listener).isContinuous().redPackets).isZero();
                    assertThat(call.at(listener).frames).hasSizeGreaterThan(130);
                }
                assertThat(call.ann.events).contains("published " + microphone.trackSid + " audio/opus");
                assertThat(call.room.drops(Drop.CODEC_MISMATCH)).isZero();
            }
        }
    }

    @Test
    void the_publisher_begins_anew() {
        try (var call = new Call(791, Source.microphone("TR_microphone", 2)).begin()) {
            for (int i = 0; i < 3; i++) {
                call.microphone.restart();
                call.ann.offer(false);
                call.net.run(2 * SECOND);
                call.judge();
            }
            for (Client listener : call.listeners()) assertThat(call.at(listener).isContinuous().frames).hasSizeGreaterThan(320);
        }
    }
}
