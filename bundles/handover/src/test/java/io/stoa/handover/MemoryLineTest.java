package io.stoa.handover;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.store.DurableRecord;
import io.stoa.store.RecordLine.Keeper;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryLineTest {
    private final MemoryLine line = new MemoryLine();
    private final List<String> log = new ArrayList<>();
    private final Keeper first = keeper("memory", "first");
    private final Keeper second = keeper("memory", "second");
    private final Keeper other = keeper("other", "other");

    private Keeper keeper(String store, String name) {
        return new Keeper() {
            @Override
            public String store() {
                return store;
            }

            @Override
            public void take(List<DurableRecord> records) {
                log.add(name + " " + records.stream().map(DurableRecord::key).toList());
            }
        };
    }

    private static List<DurableRecord> records(String... keys) {
        return Arrays.stream(keys).map(key -> new DurableRecord("egress", key, 1, new byte[0])).toList();
    }

    @Test
    void a_successor_has_its_turn_when_the_one_before_has_left_with_what_that_left() {
        line.enter(first, false);
        line.enter(second, false);
        line.enter(other, false);
        assertThat(log).containsExactly("first []", "other []");
        line.leave(first, records("a", "b"));
        assertThat(log).containsExactly("first []", "other []", "second [a, b]");
    }

    @Test
    void records_wait_for_the_next_one_of_that_name_and_are_given_once() {
        line.enter(first, false);
        line.leave(first, records("a"));
        line.enter(other, false);
        line.enter(second, false);
        line.leave(second, records());
        line.enter(first, false);
        assertThat(log).containsExactly("first []", "other []", "second [a]", "first []");
    }

    @Test
    void who_was_there_before_the_line_keeps_its_turn_and_who_leaves_before_its_turn_leaves_nothing() {
        line.enter(first, true);
        line.enter(second, false);
        line.leave(second, records("dream"));
        line.leave(first, records("a"));
        line.enter(second, false);
        assertThat(log).containsExactly("second [a]");
    }
}
