package io.stoa.service.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Message;
import io.stoa.auth.Claims;
import io.stoa.auth.VideoGrant;
import io.stoa.cluster.RoomAllocator;
import io.stoa.protocol.livekit.AgentDispatch;
import io.stoa.protocol.livekit.CreateAgentDispatchRequest;
import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.protocol.livekit.DeleteAgentDispatchRequest;
import io.stoa.protocol.livekit.JobRestartPolicy;
import io.stoa.protocol.livekit.JobType;
import io.stoa.protocol.livekit.ListAgentDispatchRequest;
import io.stoa.protocol.livekit.ListAgentDispatchResponse;
import io.stoa.protocol.livekit.ParticipantPermission;
import io.stoa.room.RoomManager;
import io.stoa.rpc.Caller;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import java.lang.annotation.Annotation;
import org.junit.jupiter.api.Test;

/** Spec 3.5. */
class AgentDispatchServiceTest {
    private final Rig rig = new Rig();
    private boolean autoCreate = true;
    private RoomManager manager = rig.rooms.manager();
    private final AgentDispatchService service =
            new AgentDispatchService(
                    new RoomPlaces(() -> manager, () -> new Allocator(), () -> null, () -> null, () -> null), () -> LIMITS, rig.office);

    private final class Allocator implements RoomAllocator {
        @Override
        public String place(CreateRoomRequest request) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Allocation allocate(CreateRoomRequest request) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean autoCreate() {
            return autoCreate;
        }
    }

    private static final LimitConfig LIMITS = new LimitConfig() {
        @Override
        public int maxMetadataSize() {
            return 10;
        }

        @Override
        public int maxAttributesSize() {
            return 10;
        }

        @Override
        public Class<? extends Annotation> annotationType() {
            return LimitConfig.class;
        }
    };

    private static Caller admin(String room) {
        return new Caller(Claims.fromJson("{\"sub\":\"api\",\"video\":{\"roomAdmin\":true,\"room\":\"" + room + "\"}}"));
    }

    private static CreateAgentDispatchRequest.Builder create(String room) {
        return CreateAgentDispatchRequest.newBuilder().setRoom(room).setAgentName("helper");
    }

    private RpcException refused(String method, Message request, Caller caller) {
        return catchThrowableOfType(RpcException.class, () -> service.call(method, request, caller));
    }

    @Test
    void a_dispatch_is_created_listed_and_deleted() throws RpcException {
        PlayedWorker worker = rig.worker().registers(JobType.JT_ROOM, "helper");
        var made = (AgentDispatch) service.call("CreateDispatch",
                create("hall").setMetadata("m").putAttributes("a", "b").setRestartPolicy(JobRestartPolicy.JRP_NEVER).build(), admin("hall"));
        assertThat(made.getId()).startsWith("AD_");
        assertThat(made.getRoom()).isEqualTo("hall");
        assertThat(made.getMetadata()).isEqualTo("m");
        assertThat(made.getAttributesMap()).containsEntry("a", "b");
        assertThat(made.getRestartPolicy()).isEqualTo(JobRestartPolicy.JRP_NEVER);
        assertThat(made.getState().getCreatedAt()).isEqualTo(rig.desk.unixNanos());
        worker.takes("agent-1");

        var all = (ListAgentDispatchResponse) service.call("ListDispatch", ListAgentDispatchRequest.newBuilder().setRoom("hall").build(), admin("hall"));
        assertThat(all.getAgentDispatchesList()).extracting(AgentDispatch::getAgentName).containsExactly("", "helper");
        var one = (ListAgentDispatchResponse) service.call("ListDispatch",
                ListAgentDispatchRequest.newBuilder().setRoom("hall").setDispatchId(made.getId()).build(), admin("hall"));
        assertThat(one.getAgentDispatchesList()).extracting(AgentDispatch::getId).containsExactly(made.getId());
        assertThat(one.getAgentDispatches(0).getState().getJobsList()).hasSize(1);

        var deleted = (AgentDispatch) service.call("DeleteDispatch",
                DeleteAgentDispatchRequest.newBuilder().setRoom("hall").setDispatchId(made.getId()).build(), admin("hall"));
        assertThat(deleted.getId()).isEqualTo(made.getId());
        assertThat(deleted.getState().getDeletedAt()).isNotZero();
        assertThat(worker.terminations()).hasSize(1);
    }

    @Test
    void only_admins_of_the_room_may() {
        Caller guest = new Caller(Claims.of("ann", VideoGrant.join("hall").with(ParticipantPermission.getDefaultInstance())));
        for (Caller caller : new Caller[] {new Caller(null), guest, admin("other")}) {
            assertThat(refused("CreateDispatch", create("hall").build(), caller).code()).isEqualTo(RpcCode.UNAUTHENTICATED);
            assertThat(refused("ListDispatch", ListAgentDispatchRequest.newBuilder().setRoom("hall").build(), caller).code()).isEqualTo(RpcCode.UNAUTHENTICATED);
            assertThat(refused("DeleteDispatch", DeleteAgentDispatchRequest.newBuilder().setRoom("hall").build(), caller).code())
                    .isEqualTo(RpcCode.UNAUTHENTICATED);
        }
        assertThat(rig.rooms.open).isEmpty();
    }

    @Test
    void what_is_too_large_or_misnamed_is_refused() {
        assertThat(refused("CreateDispatch", create("hall").setMetadata("12345678901").build(), admin("hall"))).hasMessage("metadata size exceeds limits");
        assertThat(refused("CreateDispatch", create("hall").putAttributes("12345", "678901").build(), admin("hall"))).hasMessage("attribute size exceeds limits");
        RpcException misnamed = refused("CreateDispatch", create("hall").setDeployment("a_b").build(), admin("hall"));
        assertThat(misnamed.code()).isEqualTo(RpcCode.INVALID_ARGUMENT);
        assertThat(misnamed).hasMessageContaining("deployment");
        assertThat(rig.rooms.open).isEmpty();
    }

    @Test
    void a_room_that_is_not_there_is_opened_if_rooms_may_be() throws RpcException {
        autoCreate = false;
        assertThat(refused("CreateDispatch", create("hall").build(), admin("hall")).code()).isEqualTo(RpcCode.NOT_FOUND);
        autoCreate = true;
        service.call("CreateDispatch", create("hall").build(), admin("hall"));
        assertThat(rig.rooms.open).containsKey("hall");
        assertThat(refused("ListDispatch", ListAgentDispatchRequest.newBuilder().setRoom("other").build(), admin("other")).code()).isEqualTo(RpcCode.NOT_FOUND);
        RpcException unknown = refused("DeleteDispatch", DeleteAgentDispatchRequest.newBuilder().setRoom("hall").setDispatchId("AD_x").build(), admin("hall"));
        assertThat(unknown.code()).isEqualTo(RpcCode.NOT_FOUND);
        assertThat(unknown).hasMessage("dispatch ID not found");
    }

    @Test
    void who_is_missing_is_named() {
        manager = null;
        assertThat(refused("ListDispatch", ListAgentDispatchRequest.newBuilder().setRoom("hall").build(), admin("hall")))
                .hasMessageContaining("bundle room")
                .extracting(RpcException::code).isEqualTo(RpcCode.UNAVAILABLE);
        manager = rig.rooms.manager();
        rig.rooms.open("hall");
        rig.office.release();
        assertThat(refused("ListDispatch", ListAgentDispatchRequest.newBuilder().setRoom("hall").build(), admin("hall")))
                .hasMessageContaining("edge.agent")
                .extracting(RpcException::code).isEqualTo(RpcCode.UNAVAILABLE);
    }
}
