package io.stoa.ops.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.store.DurableRecord;
import io.stoa.store.DurableStore;
import io.stoa.store.StoreException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class StoreMoverTest {
    private final List<String> told = new ArrayList<>();
    private final Map<String, DurableStore> stores = new TreeMap<>();
    private final Shelf file = new Shelf(false);
    private final Shelf redis = new Shelf(true);
    private final Shelf memory = new Shelf(false);
    private StoreMover mover;

    StoreMoverTest() {
        stores.put("file", file);
        stores.put("redis", redis);
        stores.put("memory", memory);
        restart();
    }

    private void restart() {
        told.clear();
        mover = new StoreMover(new StoreMover.Charges() {
            @Override
            public void grant(String store) {
                told.add(store);
            }

            @Override
            public void withdraw() {
                told.add("nobody");
            }
        });
    }

    private boolean want(String kind) {
        return mover.settle(kind, false, stores);
    }

    @Test
    void an_empty_one_is_in_charge_at_once_and_remembers_it() {
        assertThat(want("file")).isTrue();
        assertThat(told).containsExactly("file");
        assertThat(file.latest).isEqualTo("file");
        assertThat(want("file")).isTrue();
        assertThat(told).containsExactly("file");
    }

    @Test
    void records_go_over_before_the_next_one_is_in_charge() {
        want("file");
        file.records.put("a", "1");
        assertThat(want("redis")).isTrue();
        assertThat(told).containsExactly("file", "nobody", "redis");
        assertThat(redis.records).containsOnly(Map.entry("a", "1"));
        assertThat(redis.latest).isEqualTo("redis");
        assertThat(file.latest).isEqualTo("redis");
    }

    @Test
    void they_go_over_after_a_restart_too_and_once_only() {
        want("file");
        file.records.put("a", "1");
        restart();
        assertThat(want("redis")).isTrue();
        assertThat(redis.records).containsKey("a");
        redis.records.remove("a");
        restart();
        assertThat(want("redis")).isTrue();
        assertThat(told).containsExactly("redis");
        assertThat(redis.records).isEmpty();
    }

    @Test
    void a_copy_that_fails_leaves_the_old_one_in_charge_until_it_succeeds() {
        want("file");
        file.records.put("a", "1");
        file.records.put("b", "2");
        redis.capacity = 1;
        assertThat(want("redis")).isFalse();
        assertThat(told).containsExactly("file", "nobody", "file");
        assertThat(file.latest).isEqualTo("file");
        redis.capacity = 10;
        assertThat(want("redis")).isTrue();
        assertThat(told).containsExactly("file", "nobody", "file", "nobody", "redis");
        assertThat(redis.records).hasSize(2);
    }

    @Test
    void records_that_do_not_arrive_are_missed() {
        want("file");
        file.records.put("a", "1");
        redis.forgetful = true;
        assertThat(want("redis")).isFalse();
        assertThat(told).containsExactly("file", "nobody", "file");
    }

    @Test
    void one_that_does_not_answer_does_not_disturb_the_old_one() {
        want("file");
        file.records.put("a", "1");
        redis.away = true;
        assertThat(want("redis")).isFalse();
        assertThat(want("redis")).isFalse();
        assertThat(told).containsExactly("file");
        restart();
        assertThat(want("redis")).isFalse();
        assertThat(told).containsExactly("file");
        redis.away = false;
        assertThat(want("redis")).isTrue();
        assertThat(told).containsExactly("file", "nobody", "redis");
    }

    @Test
    void without_the_old_one_nobody_is_in_charge_unless_an_empty_start_is_meant() {
        want("file");
        file.records.put("a", "1");
        want("redis");
        restart();
        stores.remove("redis");
        assertThat(want("file")).isFalse();
        assertThat(told).isEmpty();
        assertThat(file.records).as("untouched").containsKey("a");
        assertThat(mover.settle("file", true, stores)).isTrue();
        assertThat(told).containsExactly("file");
        assertThat(file.records).as("an empty start").isEmpty();
        assertThat(file.latest).isEqualTo("file");
    }

    @Test
    void an_old_one_that_cannot_be_read_is_not_passed_over_unless_an_empty_start_is_meant() {
        file.away = true;
        assertThat(want("redis")).isFalse();
        assertThat(told).isEmpty();
        assertThat(mover.settle("redis", true, stores)).isTrue();
        assertThat(told).containsExactly("redis");
    }

    @Test
    void on_the_way_back_nothing_that_is_old_comes_with_it() {
        want("file");
        file.records.put("a", "1");
        file.records.put("b", "1");
        want("redis");
        redis.records.remove("a");
        redis.records.put("b", "2");
        assertThat(want("file")).isTrue();
        assertThat(file.records).containsOnly(Map.entry("b", "2"));
        assertThat(redis.latest).isEqualTo("file");
        file.records.put("b", "3");
        assertThat(want("redis")).isTrue();
        assertThat(redis.records).containsEntry("b", "3");
    }

    @Test
    void what_was_left_behind_stays_until_the_latest_can_be_read() {
        want("file");
        file.records.put("a", "1");
        want("redis");
        redis.away = true;
        assertThat(want("file")).isFalse();
        assertThat(told).as("nobody notices").containsExactly("file", "nobody", "redis");
        assertThat(file.records).containsKey("a");
    }

    @Test
    void what_is_written_after_a_move_that_failed_at_its_end_goes_over_too() {
        want("redis");
        redis.records.put("a", "1");
        redis.readOnly = true;
        assertThat(want("file")).isFalse();
        assertThat(told).containsExactly("redis", "nobody", "redis");
        redis.readOnly = false;
        redis.records.put("a", "2");
        redis.records.put("b", "2");
        assertThat(want("file")).isTrue();
        assertThat(file.records).containsOnly(Map.entry("a", "2"), Map.entry("b", "2"));
    }

    @Test
    void what_other_nodes_have_written_stays() {
        redis.latest = "redis";
        redis.records.put("theirs", "1");
        redis.records.put("both", "later");
        file.latest = "file";
        file.records.put("ours", "1");
        file.records.put("both", "earlier");
        assertThat(want("redis")).isTrue();
        assertThat(redis.records).containsOnly(Map.entry("theirs", "1"), Map.entry("ours", "1"), Map.entry("both", "later"));
    }

    @Test
    void one_that_comes_late_is_not_forgotten() {
        file.latest = "file";
        file.records.put("a", "1");
        stores.remove("file");
        assertThat(want("redis")).isTrue();
        stores.put("file", file);
        assertThat(want("redis")).isTrue();
        assertThat(redis.records).containsKey("a");
        assertThat(told).containsExactly("redis");
    }

    @Test
    void memory_begins_with_nothing() {
        file.latest = "file";
        file.records.put("a", "1");
        assertThat(want("memory")).isTrue();
        assertThat(told).containsExactly("memory");
        assertThat(memory.records).isEmpty();
        assertThat(file.latest).isEqualTo("file");
    }

    @Test
    void memory_takes_over_and_gives_back_what_became_of_it() {
        want("redis");
        redis.records.put("a", "1");
        want("file");
        file.records.put("b", "1");
        assertThat(want("memory")).isTrue();
        assertThat(told).containsExactly("redis", "nobody", "file", "nobody", "memory");
        assertThat(memory.records).isEqualTo(file.records).hasSize(2);
        memory.records.remove("a");
        memory.records.put("b", "2");
        assertThat(want("redis")).isTrue();
        assertThat(redis.records).containsEntry("b", "2");
        assertThat(file.latest).as("not asked any more").isEqualTo("redis");
        assertThat(want("memory")).isTrue();
        memory.records.remove("b");
        assertThat(want("file")).isTrue();
        assertThat(file.records).isEqualTo(memory.records);
        assertThat(redis.latest).isEqualTo("file");
    }

    @Test
    void what_memory_has_followed_has_the_latest_when_the_process_ends() {
        want("file");
        file.records.put("a", "1");
        want("memory");
        memory.records.put("a", "2");
        memory.records.clear();
        memory.latest = "";
        restart();
        assertThat(want("file")).isTrue();
        assertThat(file.records).containsOnly(Map.entry("a", "1"));
        assertThat(want("redis")).isTrue();
        assertThat(redis.records).containsOnly(Map.entry("a", "1"));
    }

    @Test
    void memory_that_does_not_take_all_leaves_the_old_one_in_charge() {
        want("file");
        file.records.put("a", "1");
        memory.capacity = 0;
        assertThat(want("memory")).isFalse();
        assertThat(told).containsExactly("file", "nobody", "file");
    }

    @Test
    void what_is_in_memory_goes_over_as_long_as_it_is_there() {
        want("memory");
        memory.records.put("a", "1");
        assertThat(want("file")).isTrue();
        assertThat(told).containsExactly("memory", "nobody", "file");
        assertThat(file.records).containsKey("a");
    }

    /** One kind of records. */
    private static final class Shelf implements DurableStore {
        final Map<String, String> records = new HashMap<>();
        private final boolean shared;
        String latest = "";
        int capacity = 100;
        boolean forgetful;
        boolean readOnly;
        boolean away;

        Shelf(boolean shared) {
            this.shared = shared;
        }

        private void ask() throws StoreException {
            if (away) throw new StoreException("away");
        }

        @Override
        public List<String> kinds() {
            return List.of("egress");
        }

        @Override
        public long count(String kind) throws StoreException {
            ask();
            return records.size();
        }

        @Override
        public List<DurableRecord> export(String kind) throws StoreException {
            ask();
            return records.entrySet().stream().map(record -> new DurableRecord(kind, record.getKey(), 1, record.getValue().getBytes())).toList();
        }

        @Override
        public void put(DurableRecord record) throws StoreException {
            ask();
            if (records.size() >= capacity) throw new StoreException("full");
            if (!forgetful) records.put(record.key(), new String(record.value()));
        }

        @Override
        public Optional<String> latest() throws StoreException {
            ask();
            return Optional.of(latest).filter(name -> !name.isEmpty());
        }

        @Override
        public void latest(String store) throws StoreException {
            ask();
            if (readOnly) throw new StoreException("read only");
            latest = store;
        }

        @Override
        public boolean shared() {
            return shared;
        }

        @Override
        public void clear() throws StoreException {
            ask();
            records.clear();
        }
    }
}
