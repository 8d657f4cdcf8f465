package io.stoa.room.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MailboxTest {
    private final ArrayDeque<Runnable> drains = new ArrayDeque<>();
    private final List<Integer> done = new ArrayList<>();
    private final Mailbox mailbox = new Mailbox("there", drains::add);

    private boolean later(int number) {
        return mailbox.offerForLater(() -> done.add(number));
    }

    @Test
    void what_nobody_waits_for_wakes_nobody_and_keeps_its_turn() {
        assertThat(later(1)).isTrue();
        assertThat(later(2)).isTrue();
        assertThat(drains).isEmpty();
        assertThat(mailbox.offer(() -> done.add(3))).isTrue();
        later(4);
        drains.remove().run();
        assertThat(done).containsExactly(1, 2, 3, 4);
    }

    @Test
    void many_of_its_kind_do_not_wait_for_ever() {
        for (int i = 0; i <= Mailbox.MOST_FOR_LATER; i++) assertThat(later(i)).isTrue();
        assertThat(drains).hasSize(1);
        drains.remove().run();
        assertThat(done).isEqualTo(IntStream.rangeClosed(0, Mailbox.MOST_FOR_LATER).boxed().toList());
    }

    @Test
    void a_sealed_one_takes_nothing_more_and_does_what_it_has() {
        later(1);
        mailbox.seal();
        assertThat(later(2)).isFalse();
        mailbox.post(() -> done.add(3));
        drains.remove().run();
        assertThat(done).containsExactly(1, 3);
    }
}
