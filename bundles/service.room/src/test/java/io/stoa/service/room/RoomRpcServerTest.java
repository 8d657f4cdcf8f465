package io.stoa.service.room;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Ids;
import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.protocol.livekit.ListParticipantsRequest;
import io.stoa.protocol.livekit.RoomParticipantIdentity;
import io.stoa.rpc.CallOptions;
import io.stoa.rpc.InProcessMessageBus;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcMethods;
import io.stoa.rpc.psrpc.Psrpc;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What other nodes hear of this node's rooms while one room manager follows the other. */
class RoomRpcServerTest {
    private final InProcessMessageBus bus = new InProcessMessageBus();
    private final Psrpc here = rpc(1);
    private final Psrpc there = rpc(2);
    private final RoomRpcServer server = new RoomRpcServer(here, "ND_here");
    private final PlayedRooms before = new PlayedRooms();

    private Psrpc rpc(long seed) {
        Psrpc rpc = new Psrpc(new Ids(new Random(seed)), () -> System.currentTimeMillis() * 1_000_000, CallOptions.within(Duration.ofSeconds(2)), 100);
        rpc.bind(bus);
        return rpc;
    }

    @BeforeEach
    void begin() throws Exception {
        before.create(CreateRoomRequest.newBuilder().setName("hall").build());
        server.follow(before);
        await(() -> participants("hall") == 1);
        await(() -> remove("hall") == null);
    }

    @AfterEach
    void end() {
        server.stop();
        here.close();
        there.close();
    }

    private int participants(String room) throws RpcException {
        return there.call(RpcMethods.LIST_PARTICIPANTS.at(room), ListParticipantsRequest.newBuilder().setRoom(room).build()).getParticipantsCount();
    }

    /** @return why not, null if it was done */
    private RpcException remove(String room) {
        try {
            there.call(RpcMethods.REMOVE_PARTICIPANT.at(RpcMethods.participant(room, "ann")), RoomParticipantIdentity.newBuilder().setRoom(room).setIdentity("ann").build());
            return null;
        } catch (RpcException e) {
            return e;
        }
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        for (int i = 0; i < 500; i++) {
            try {
                if (condition.call()) return;
            } catch (RpcException notYet) {
                assertThat(notYet.code()).isEqualTo(RpcCode.UNAVAILABLE);
            }
            Thread.sleep(10);
        }
        throw new AssertionError("not within 5 s");
    }

    @Test
    void the_next_manager_is_asked_although_it_tells_of_no_room_that_it_took_over() throws Exception {
        PlayedRooms next = new PlayedRooms();
        next.create(CreateRoomRequest.newBuilder().setName("hall").build());
        next.arriving = true;
        server.follow(next);
        before.done.clear();
        await(() -> remove("hall") == null);
        assertThat(next.done).anyMatch(what -> what.contains("ann"));
        assertThat(before.done).isEmpty();
        there.call(RpcMethods.CREATE_ROOM.at("ND_here"), CreateRoomRequest.newBuilder().setName("another").build());
        assertThat(next.open).containsKey("another");
    }

    @Test
    void while_there_is_none_it_says_so() throws Exception {
        server.follow(null);
        assertThat(remove("hall")).isNotNull().hasMessageContaining("no room manager");
        server.follow(before);
        assertThat(remove("hall")).isNull();
    }

    @Test
    void a_room_that_the_next_one_does_not_have_is_nobodys() throws Exception {
        server.follow(new PlayedRooms());
        await(() -> remove("hall") instanceof RpcException none && none.code() == RpcCode.UNAVAILABLE && none.getMessage().contains("no response"));
    }
}
