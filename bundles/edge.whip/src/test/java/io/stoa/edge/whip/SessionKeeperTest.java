package io.stoa.edge.whip;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Ids;
import io.stoa.store.DurableRecord;
import io.stoa.store.RecordLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SessionKeeperTest {
    private final List<String> calls = new ArrayList<>();
    private final RecordLine line = new RecordLine() {
        @Override
        public void enter(Keeper keeper, boolean already) {
            calls.add("enter " + keeper.store() + " " + already);
        }

        @Override
        public void leave(Keeper keeper, List<DurableRecord> records) {
            calls.add("leave " + records.size());
        }
    };
    private final SessionKeeper keeper = new SessionKeeper(new WhipDoor(() -> null, () -> null, new Ids(new Random(1)), () -> null));

    @Test
    void it_enters_once_it_works_and_leaves_at_the_end() {
        keeper.follow(line);
        assertThat(calls).isEmpty();
        keeper.start();
        keeper.take(List.of());
        keeper.stop(false);
        assertThat(calls).containsExactly("enter whip false", "leave 0");
    }

    @Test
    void nothing_is_left_when_the_server_ends() {
        keeper.follow(line);
        keeper.start();
        keeper.stop(true);
        assertThat(calls).containsExactly("enter whip false");
    }

    @Test
    void another_line_is_told_whose_turn_it_is() {
        keeper.start();
        keeper.follow(line);
        keeper.take(List.of());
        keeper.follow(null);
        keeper.follow(line);
        keeper.follow(null);
        keeper.stop(false);
        assertThat(calls).containsExactly("enter whip false", "enter whip true");
    }
}
