package io.stoa.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.protocol.livekit.EgressInfo;
import io.stoa.protocol.livekit.EgressStatus;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store of egresses does. */
public abstract class EgressStoreContract {
    private static final long NOW = 1_800_000_000_000_000_000L;
    private static final long DAY = Duration.ofHours(24).toNanos();

    private EgressStore store;

    /** An empty one. */
    protected abstract EgressStore open() throws Exception;

    @BeforeEach
    void begin() throws Exception {
        store = open();
    }

    @Test
    void creates_each_once() throws Exception {
        assertThat(store.create(egress("EG_1", "a"))).isTrue();
        assertThat(store.create(egress("EG_1", "b"))).isFalse();
        assertThat(store.egress("EG_1")).contains(egress("EG_1", "a"));
        assertThat(store.egresses("b", false)).isEmpty();
        assertThat(store.egress("EG_2")).isEmpty();
    }

    @Test
    void one_of_many_creates_it() throws Exception {
        List<Boolean> created = Crowd.of(8, who -> store.create(egress("EG_1", "room " + who)));
        assertThat(created).containsOnlyOnce(true);
        assertThat(store.egress("EG_1").orElseThrow().getRoomName()).isEqualTo("room " + created.indexOf(true));
    }

    @Test
    void keeps_what_was_put_last_known_or_not() throws Exception {
        store.put(egress("EG_1", "a"));
        EgressInfo active = egress("EG_1", "a").toBuilder().setStatus(EgressStatus.EGRESS_ACTIVE).build();
        store.put(active);
        assertThat(store.egress("EG_1")).contains(active);
        assertThat(store.egresses("", false)).containsExactly(active);
        assertThat(store.egresses("a", false)).containsExactly(active);
    }

    @Test
    void lists_by_room_and_whether_they_have_ended() throws Exception {
        EgressInfo ended = ended("EG_3", "a", NOW);
        store.create(egress("EG_1", "a"));
        store.create(egress("EG_2", "b"));
        store.create(egress("EG_3", "a"));
        store.create(egress("EG_4", ""));
        store.put(ended);

        assertThat(store.egresses("", false)).containsExactlyInAnyOrder(egress("EG_1", "a"), egress("EG_2", "b"), ended, egress("EG_4", ""));
        assertThat(store.egresses("", true)).containsExactlyInAnyOrder(egress("EG_1", "a"), egress("EG_2", "b"), egress("EG_4", ""));
        assertThat(store.egresses("a", false)).containsExactlyInAnyOrder(egress("EG_1", "a"), ended);
        assertThat(store.egresses("a", true)).containsExactly(egress("EG_1", "a"));
        assertThat(store.egresses("c", false)).isEmpty();
    }

    @Test
    void an_ended_one_is_kept_for_a_day() throws Exception {
        store.create(egress("EG_1", "a|b"));
        store.put(ended("EG_2", "a|b", NOW - DAY));
        store.put(ended("EG_3", "a|b", NOW - DAY - 1));
        store.sweep(NOW);

        assertThat(store.egresses("", false)).extracting(EgressInfo::getEgressId).containsExactlyInAnyOrder("EG_1", "EG_2");
        assertThat(store.egresses("a|b", false)).extracting(EgressInfo::getEgressId).containsExactlyInAnyOrder("EG_1", "EG_2");
        assertThat(store.egress("EG_3")).isEmpty();
        store.sweep(NOW + 1);
        assertThat(store.egresses("", false)).extracting(EgressInfo::getEgressId).containsExactly("EG_1");
    }

    @Test
    void many_write_at_once() throws Exception {
        Crowd.of(8, who -> {
            for (int i = 0; i < 10; i++) store.create(egress("EG_" + who + "_" + i, "a"));
            return who;
        });
        assertThat(store.egresses("a", true)).hasSize(80);
    }

    private static EgressInfo egress(String id, String room) {
        return EgressInfo.newBuilder().setEgressId(id).setRoomName(room).setStatus(EgressStatus.EGRESS_STARTING).setStartedAt(NOW - 2 * DAY).build();
    }

    private static EgressInfo ended(String id, String room, long at) {
        return egress(id, room).toBuilder().setStatus(EgressStatus.EGRESS_COMPLETE).setEndedAt(at).build();
    }
}
