package io.stoa.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.protocol.livekit.AgentDispatch;
import io.stoa.protocol.livekit.AgentDispatchState;
import io.stoa.protocol.livekit.Job;
import io.stoa.protocol.livekit.JobType;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.Room;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store of dispatches and jobs does. */
public abstract class AgentStoreContract {
    private AgentStore store;

    /** An empty one. */
    protected abstract AgentStore open() throws Exception;

    @BeforeEach
    void begin() throws Exception {
        store = open();
    }

    @Test
    void dispatches_are_listed_by_room() throws Exception {
        store.putDispatch(dispatch("AD_1", "a"));
        store.putDispatch(dispatch("AD_2", "a"));
        store.putDispatch(dispatch("AD_3", "b"));
        assertThat(store.dispatches("a")).containsExactlyInAnyOrder(dispatch("AD_1", "a"), dispatch("AD_2", "a"));
        assertThat(store.dispatches("b")).containsExactly(dispatch("AD_3", "b"));
        assertThat(store.dispatches("c")).isEmpty();
        assertThat(store.dispatches("")).isEmpty();

        store.putDispatch(dispatch("AD_3", "b").toBuilder().setMetadata("later").build());
        assertThat(store.dispatches("b")).extracting(AgentDispatch::getMetadata).containsExactly("later");
        store.deleteDispatch("a", "AD_1");
        store.deleteDispatch("b", "AD_2");
        store.deleteDispatch("c", "AD_1");
        assertThat(store.dispatches("a")).containsExactly(dispatch("AD_2", "a"));
    }

    @Test
    void jobs_come_with_their_dispatch_and_are_records_of_their_own() throws Exception {
        store.putDispatch(dispatch("AD_1", "a").toBuilder().setState(AgentDispatchState.newBuilder().setCreatedAt(7).addJobs(job("AJ_0", "AD_1"))).build());
        store.putDispatch(AgentDispatch.newBuilder().setId("AD_2").setRoom("a").build());
        store.putJob("a", job("AJ_1", "AD_1"));
        store.putJob("a", job("AJ_2", "AD_2"));
        store.putJob("a", job("AJ_3", "AD_3"));
        store.putJob("b", job("AJ_4", "AD_1"));

        List<AgentDispatch> dispatches = store.dispatches("a");
        assertThat(dispatches).hasSize(2).allSatisfy(dispatch ->
                assertThat(dispatch.getState().getJobsList()).containsExactly(dispatch.getId().equals("AD_1") ? job("AJ_1", "AD_1") : job("AJ_2", "AD_2")));
        assertThat(dispatches).filteredOn(dispatch -> dispatch.getId().equals("AD_1")).extracting(dispatch -> dispatch.getState().getCreatedAt()).containsExactly(7L);

        store.deleteJob("a", "AJ_1");
        assertThat(store.dispatches("a")).filteredOn(dispatch -> dispatch.getState().getJobsCount() > 0).extracting(AgentDispatch::getId).containsExactly("AD_2");
    }

    @Test
    void of_a_jobs_room_and_participant_little_is_kept() throws Exception {
        store.putDispatch(dispatch("AD_1", "a"));
        store.putJob("a", job("AJ_1", "AD_1").toBuilder()
                .setRoom(Room.newBuilder().setName("a").setSid("RM_1"))
                .setParticipant(ParticipantInfo.newBuilder().setIdentity("ann").setName("Ann").setSid("PA_1"))
                .build());
        assertThat(store.dispatches("a").getFirst().getState().getJobsList())
                .containsExactly(job("AJ_1", "AD_1").toBuilder().setParticipant(ParticipantInfo.newBuilder().setIdentity("ann")).build());
    }

    @Test
    void a_room_that_ends_takes_all_with_it() throws Exception {
        store.putDispatch(dispatch("AD_1", "a"));
        store.putDispatch(dispatch("AD_2", "aa"));
        store.putJob("a", job("AJ_1", "AD_1"));
        store.deleteRoom("a");
        store.deleteRoom("unknown");
        assertThat(store.dispatches("a")).isEmpty();
        assertThat(store.dispatches("aa")).containsExactly(dispatch("AD_2", "aa"));
        store.putDispatch(dispatch("AD_1", "a"));
        assertThat(store.dispatches("a")).containsExactly(dispatch("AD_1", "a"));
    }

    @Test
    void names_of_rooms_are_any_text() throws Exception {
        for (String odd : List.of("a\nb", "a|b", "1|a", "a:b", "*", "\uD83C\uDFA4")) {
            store.putDispatch(dispatch("AD_1", odd));
            assertThat(store.dispatches(odd)).as(odd).containsExactly(dispatch("AD_1", odd));
        }
    }

    @Test
    void many_write_at_once() throws Exception {
        store.putDispatch(dispatch("AD_1", "a"));
        Crowd.of(8, who -> {
            for (int i = 0; i < 10; i++) store.putJob("a", job("AJ_" + who + "_" + i, "AD_1"));
            return who;
        });
        assertThat(store.dispatches("a").getFirst().getState().getJobsList()).hasSize(80);
    }

    private static AgentDispatch dispatch(String id, String room) {
        return AgentDispatch.newBuilder().setId(id).setRoom(room).setAgentName("helper").setState(AgentDispatchState.newBuilder().setCreatedAt(1)).build();
    }

    private static Job job(String id, String dispatchId) {
        return Job.newBuilder().setId(id).setDispatchId(dispatchId).setType(JobType.JT_ROOM).build();
    }
}
