package io.stoa.simulation;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import io.stoa.base.Drop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the plane reports to those who send and those who receive. */
class FeedbackTest {
    final VirtualNet net = VirtualNet.seeded(401);
    final Room room = new Room(net);
    final Client ann = room.publisher("ann");
    final Client bob = room.subscriber("bob");
    final Source camera = ann.publish(Source.camera("TR_camera"));
    final Source microphone = ann.publish(Source.microphone("TR_microphone"));

    void call() {
        bob.subscribe(ann, camera);
        bob.subscribe(ann, microphone);
        room.connected(ann, bob);
    }

    @AfterEach
    void close() {
        room.close();
    }

    @Test
    void transport_wide_feedback_tells_every_arrival_once() {
        call();
        net.run(30 * SECOND);
        assertThat(ann.feedback.breaks).isEmpty();
        assertThat(ann.feedback.missed).isZero();
        assertThat(ann.feedback.arrivals.values()).doesNotContain(-1L);
        assertThat(ann.feedback.arrivals).hasSizeGreaterThan((int) camera.layer(0).packets - 20);
        assertThat(ann.feedback.packets).isBetween(14 * 30, 21 * 30);
    }

    @Test
    void transport_wide_feedback_tells_what_was_lost() {
        call();
        net.run(2 * SECOND);
        long droppedBefore = ann.up.dropped;
        long lostBefore = ann.feedback.arrivals.values().stream().filter(at -> at < 0).count();
        ann.up.lost = datagram -> (datagram[0] & 0xff) == 0x90 && (datagram[1] & 0x7f) == 96;
        net.run(100 * MILLI);
        ann.up.lost = datagram -> false;
        net.run(2 * SECOND);
        long lost = ann.feedback.arrivals.values().stream().filter(at -> at < 0).count() - lostBefore;
        assertThat(lost).isEqualTo(ann.up.dropped - droppedBefore).isBetween(4L, 10L);
    }

    @Test
    void receiver_reports_come_every_second_with_what_was_lost() {
        call();
        net.run(10 * SECOND);
        assertThat(camera.reportedAt).hasSizeBetween(9, 10);
        assertThat(camera.lastFractionLost).isZero();
        assertThat(camera.lastReportedSr).isNotZero();
        ann.up.loss(0.2);
        int worst = 0; // of what is lost nearly all has been repaired by the time of a report
        for (int i = 0; i < 10; i++) {
            net.run(SECOND);
            worst = Math.max(worst, camera.lastFractionLost);
        }
        assertThat(worst).as("in 1/256").isBetween(1, 100);
    }

    @Test
    void sender_reports_tell_one_clock_for_all_tracks_of_a_publisher() {
        call();
        net.run(20 * SECOND);
        for (Source source : new Source[] {camera, microphone}) {
            var reports = bob.received(source).senderReports;
            assertThat(reports.getFirst().at()).as("soon").isLessThan(bob.received(source).frames.getFirst().at() + 2_500 * MILLI);
            assertThat(reports).hasSizeBetween(5, 12);
            for (int i = 1; i < reports.size(); i++) {
                long ntp = reports.get(i).ntp() - reports.getFirst().ntp();
                double elapsed = (ntp >>> 32) + (ntp & 0xffff_ffffL) / 4_294_967_296.0;
                assertThat((reports.get(i).at() - reports.getFirst().at()) / 1e9).isCloseTo(elapsed, offset(0.05));
                int ticks = reports.get(i).timestamp() - reports.getFirst().timestamp();
                assertThat(ticks / (double) source.coding.clockRate).as("RTP time").isCloseTo(elapsed, offset(0.01));
            }
        }
        // Frames that were captured together have the same time by the two tracks' reports.
        double picture = clock(camera, bob.received(camera).last().timestamp());
        double sound = clock(microphone, bob.received(microphone).last().timestamp());
        assertThat(picture - sound).isCloseTo((bob.received(camera).last().at() - bob.received(microphone).last().at()) / 1e9, offset(0.02));
    }

    private double clock(Source source, int timestamp) {
        var report = bob.received(source).senderReports.getLast();
        double seconds = (report.ntp() >>> 32) + (report.ntp() & 0xffff_ffffL) / 4_294_967_296.0;
        return seconds + (timestamp - report.timestamp()) / (double) source.coding.clockRate;
    }

    @Test
    void a_loss_on_the_way_up_is_asked_for_and_repaired_once() {
        call();
        net.run(2 * SECOND);
        int before = bob.received(camera).packets;
        ann.up.lost = datagram -> (datagram[0] & 0xff) == 0x90 && (datagram[1] & 0x7f) == 96;
        net.run(70 * MILLI);
        ann.up.lost = datagram -> false;
        net.run(2 * SECOND);
        assertThat(camera.layer(0).retransmitted).isBetween(4, 8);
        bob.received(camera).isContinuous().isDecodable();
        assertThat(bob.received(camera).packets).isGreaterThan(before);
    }

    @Test
    void a_receiver_that_nags_is_answered_ten_times() {
        call();
        net.run(2 * SECOND);
        var picture = bob.received(camera);
        int duplicates = picture.duplicates;
        int last = picture.highestSeq();
        for (int i = 0; i < 40; i++)
            net.in(i * 20 * MILLI, () -> {
                bob.rtcp().nack(1, picture.ssrc, new int[] {last}, 1);
                bob.transmitRtcp();
            });
        net.run(2 * SECOND);
        assertThat(picture.duplicates - duplicates).isEqualTo(10);
        assertThat(room.drops(Drop.NACK_TOO_OFTEN)).isEqualTo(30);
    }
}
