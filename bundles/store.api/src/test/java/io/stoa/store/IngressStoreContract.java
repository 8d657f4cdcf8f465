package io.stoa.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.protocol.livekit.IngressInfo;
import io.stoa.protocol.livekit.IngressInput;
import io.stoa.protocol.livekit.IngressState;
import io.stoa.store.IngressStore.StaleStateException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store of ingresses does. */
public abstract class IngressStoreContract {
    private IngressStore store;

    /** An empty one. */
    protected abstract IngressStore open() throws Exception;

    @BeforeEach
    void begin() throws Exception {
        store = open();
    }

    @Test
    void is_found_by_id_and_by_stream_key() throws Exception {
        store.put(ingress("IN_1", "key1", "a"));
        store.put(ingress("IN_2", "key2", "a"));
        assertThat(configured(store.ingress("IN_1").orElseThrow())).isEqualTo(ingress("IN_1", "key1", "a"));
        assertThat(configured(store.ingressByStreamKey("key2").orElseThrow())).isEqualTo(ingress("IN_2", "key2", "a"));
        assertThat(store.ingress("IN_3")).isEmpty();
        assertThat(store.ingressByStreamKey("key3")).isEmpty();
    }

    @Test
    void those_of_urls_have_no_stream_key() throws Exception {
        IngressInfo pulled = ingress("IN_1", "", "a").toBuilder().setInputType(IngressInput.URL_INPUT).setUrl("https://there").build();
        store.put(pulled);
        assertThat(configured(store.ingress("IN_1").orElseThrow())).isEqualTo(pulled);
        assertThat(store.ingressByStreamKey("")).isEmpty();
        store.delete("IN_1");
        assertThat(store.ingress("IN_1")).isEmpty();
    }

    @Test
    void the_room_may_change() throws Exception {
        store.put(ingress("IN_1", "key1", "a"));
        store.put(ingress("IN_2", "key2", "a"));
        store.put(ingress("IN_1", "key1", "b"));
        store.put(ingress("IN_2", "key2", ""));
        assertThat(ids(store.ingresses("a"))).isEmpty();
        assertThat(ids(store.ingresses("b"))).containsExactly("IN_1");
        assertThat(ids(store.ingresses(""))).containsExactlyInAnyOrder("IN_1", "IN_2");
    }

    @Test
    void is_in_one_room_however_many_move_it() throws Exception {
        store.put(ingress("IN_1", "key1", "room 0"));
        Crowd.of(4, who -> {
            for (int i = 0; i < 5; i++) store.put(ingress("IN_1", "key1", "room " + who));
            return who;
        });
        String last = store.ingress("IN_1").orElseThrow().getRoomName();
        for (int i = 0; i < 4; i++)
            assertThat(ids(store.ingresses("room " + i))).as("room " + i).isEqualTo(last.equals("room " + i) ? List.of("IN_1") : List.of());
    }

    @Test
    void a_state_is_kept_apart_from_what_was_configured() throws Exception {
        store.put(ingress("IN_1", "key1", "a").toBuilder().setState(state(9, 9)).build());
        assertThat(store.ingress("IN_1").orElseThrow().getState()).isEqualTo(IngressState.getDefaultInstance());

        assertThat(store.putState("IN_1", state(1, 1)).orElseThrow()).isEqualTo(IngressState.getDefaultInstance());
        assertThat(store.putState("IN_1", state(1, 2))).contains(state(1, 1));
        store.put(ingress("IN_1", "key1", "b"));
        IngressInfo whole = ingress("IN_1", "key1", "b").toBuilder().setState(state(1, 2)).build();
        assertThat(store.ingress("IN_1")).contains(whole);
        assertThat(store.ingressByStreamKey("key1")).contains(whole);
        assertThat(store.ingresses("")).containsExactly(whole);
        assertThat(store.ingresses("b")).containsExactly(whole);
    }

    @Test
    void a_state_that_was_overtaken_is_refused() throws Exception {
        store.put(ingress("IN_1", "key1", "a"));
        store.putState("IN_1", state(5, 5));
        assertThatThrownBy(() -> store.putState("IN_1", state(4, 9))).isInstanceOfSatisfying(StaleStateException.class, e -> assertThat(e.laterSession()).isTrue());
        assertThatThrownBy(() -> store.putState("IN_1", state(5, 4))).isInstanceOfSatisfying(StaleStateException.class, e -> assertThat(e.laterSession()).isFalse());
        assertThat(store.ingress("IN_1").orElseThrow().getState()).isEqualTo(state(5, 5));
        store.putState("IN_1", state(5, 5));
        store.putState("IN_1", state(6, 1));
        assertThat(store.ingress("IN_1").orElseThrow().getState()).isEqualTo(state(6, 1));
    }

    @Test
    void the_latest_of_many_states_stays() throws Exception {
        store.put(ingress("IN_1", "key1", "a"));
        Crowd.of(8, who -> {
            for (int i = 1; i <= 5; i++) {
                try {
                    store.putState("IN_1", state(1, i * 8 + who));
                } catch (StaleStateException overtaken) {
                    assertThat(overtaken.laterSession()).isFalse();
                }
            }
            return who;
        });
        assertThat(store.ingress("IN_1").orElseThrow().getState()).isEqualTo(state(1, 47));
    }

    @Test
    void a_deleted_one_takes_its_state_and_its_stream_key_with_it() throws Exception {
        store.put(ingress("IN_1", "key1", "a"));
        store.putState("IN_1", state(1, 1));
        store.delete("IN_1");
        store.delete("IN_2");
        assertThat(store.ingress("IN_1")).isEmpty();
        assertThat(store.ingressByStreamKey("key1")).isEmpty();
        assertThat(store.ingresses("a")).isEmpty();
        assertThat(store.ingresses("")).isEmpty();
        store.put(ingress("IN_1", "key1", "a"));
        assertThat(store.ingress("IN_1").orElseThrow().getState()).isEqualTo(IngressState.getDefaultInstance());
    }

    private static IngressInfo ingress(String id, String streamKey, String room) {
        return IngressInfo.newBuilder().setIngressId(id).setStreamKey(streamKey).setRoomName(room).build();
    }

    private static IngressState state(long startedAt, long updatedAt) {
        return IngressState.newBuilder().setStartedAt(startedAt).setUpdatedAt(updatedAt).setStatus(IngressState.Status.ENDPOINT_PUBLISHING).build();
    }

    private static IngressInfo configured(IngressInfo info) {
        return info.toBuilder().clearState().build();
    }

    private static List<String> ids(List<IngressInfo> infos) {
        return infos.stream().map(IngressInfo::getIngressId).toList();
    }
}
