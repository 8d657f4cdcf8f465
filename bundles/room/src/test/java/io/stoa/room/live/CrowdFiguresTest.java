package io.stoa.room.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.protocol.livekit.SignalResponse;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/**
 * What a join costs as a room of people who only watch grows, without sockets and media: 50 come per second. {@code -Dcrowd=3000} makes it as
 * large, and prints a row for each step.
 */
class CrowdFiguresTest {
    private static final int PEOPLE = Integer.getInteger("crowd", 400);
    private static final int[] STEPS = {50, 100, 200, 400, 1_000, 2_000, 3_000};
    private static final int APART_MILLIS = 20;

    private final Rig rig = new Rig();
    private final List<Client> all = new ArrayList<>();

    /** Of one join, for all who are there: messages, and updates among them, kB, kB of its own join response, milliseconds of CPU. */
    private record Cost(double messages, double updates, double kilobytes, double ownKilobytes, double cpuMillis) {}

    @Test
    void of_a_crowd_each_is_told_of_a_join_once_and_not_in_a_message_of_its_own() {
        List<Cost> costs = new ArrayList<>();
        System.out.println("people          messages/join  updates/join  kB/join  kB in its join  CPU ms/join");
        for (int step : STEPS) {
            if (step > PEOPLE) break;
            int from = all.size();
            Cost cost = come(step);
            costs.add(cost);
            System.out.printf(Locale.ROOT, "%5d to %5d   %13.1f  %12.1f  %7.1f  %14.1f  %11.2f%n",
                    from, step, cost.messages, cost.updates, cost.kilobytes, cost.ownKilobytes, cost.cpuMillis);
        }
        Cost small = costs.get(1);
        Cost large = costs.getLast();
        double times = (double) all.size() / STEPS[1];
        assertThat(large.updates).as("of %d people: one in %d joins is a message to everybody", all.size(), 1_000 / APART_MILLIS).isLessThan(all.size() / 5.0);
        assertThat(large.kilobytes / small.kilobytes).as("everybody has to be told of everybody, and once").isLessThan(2 * times);
    }

    private Cost come(int until) {
        int count = until - all.size();
        long cpu = cpuNanos();
        while (all.size() < until) {
            all.add(rig.dual("viewer " + all.size()));
            rig.advance(APART_MILLIS);
        }
        rig.advance(Crowd.PAUSE_MILLIS);
        double millis = (cpuNanos() - cpu) / 1e6;
        long messages = 0;
        long updates = 0;
        long bytes = 0;
        long own = 0;
        for (Client one : all) {
            for (SignalResponse told : one.told) {
                messages++;
                bytes += told.getSerializedSize();
                if (told.hasUpdate()) updates++;
                if (told.hasJoin()) own += told.getSerializedSize();
            }
            one.forget();
        }
        return new Cost((double) messages / count, (double) updates / count, bytes / 1e3 / count, own / 1e3 / count, millis / count);
    }

    /** Of this thread, which does all that the room does. */
    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
