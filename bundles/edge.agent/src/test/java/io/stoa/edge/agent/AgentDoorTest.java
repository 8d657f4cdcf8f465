package io.stoa.edge.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.protocol.livekit.ServerMessage;
import io.stoa.protocol.livekit.WorkerPong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AgentDoorTest {
    private static final ServerMessage PONG = ServerMessage.newBuilder().setPong(WorkerPong.newBuilder().setTimestamp(7)).build();

    private final AgentDoor door = new AgentDoor(() -> 1_000);
    private final PlayedAgents one = new PlayedAgents("one");
    private final PlayedAgents two = new PlayedAgents("two");

    @BeforeEach
    void open() {
        door.follow(one);
    }

    private static int knock(AgentDoor at, String video, boolean webSocket) {
        PlayedExchange exchange = new PlayedExchange(video, webSocket);
        at.connect(exchange);
        assertThat(exchange.listener).isNull();
        return exchange.status;
    }

    @Test
    void who_may_not_come_in_is_told_so_before_the_upgrade() {
        assertThat(knock(door, "{\"agent\":true}", false)).isEqualTo(404);
        assertThat(knock(door, null, false)).isEqualTo(404);
        assertThat(knock(door, null, true)).isEqualTo(401);
        assertThat(knock(door, "{\"roomJoin\":true}", true)).isEqualTo(401);
        one.full = true;
        assertThat(knock(door, "{\"agent\":true}", true)).isEqualTo(503);
        door.follow(null);
        assertThat(knock(door, "{\"agent\":true}", true)).isEqualTo(503);
    }

    @Test
    void a_worker_and_the_server_speak() {
        PlayedExchange worker = PlayedExchange.worker(door);
        assertThat(worker.maxMessageBytes).isEqualTo(1_000);
        worker.says(1);
        assertThat(one.heard).containsExactly("AW_key_one1 1");
        one.sinks.get("AW_key_one1").send(PONG);
        assertThat((byte[]) worker.heard.getLast()).isEqualTo(PONG.toByteArray());
        worker.listener.text("{\"ping\":{\"timestamp\":\"2\"}}");
        assertThat(one.heard).endsWith("AW_key_one1 2");
        one.sinks.get("AW_key_one1").send(PONG);
        assertThat(worker.heard.getLast()).isEqualTo("{\"pong\":{\"timestamp\":\"7\"}}");
        door.ping();
        assertThat(worker.pings).isEqualTo(1);
        worker.listener.closed(1006, "");
        assertThat(one.heard).endsWith("AW_key_one1 closed");
    }

    @Test
    void what_is_no_message_ends_it() {
        PlayedExchange worker = PlayedExchange.worker(door);
        worker.listener.binary(new byte[] {-1, -1, -1});
        assertThat(worker.closeCode).isEqualTo(WorkerSocket.INVALID_PAYLOAD);
        worker.says(1);
        assertThat(one.heard).isEmpty();
        PlayedExchange other = PlayedExchange.worker(door);
        other.listener.text("hello");
        assertThat(other.closeCode).isEqualTo(WorkerSocket.INVALID_PAYLOAD);
        PlayedExchange third = PlayedExchange.worker(door);
        one.sinks.get("AW_key_one3").close("unknown message");
        assertThat(third.closeCode).isEqualTo(WorkerSocket.POLICY);
        assertThat(third.closeReason).isEqualTo("unknown message");
    }

    @Test
    void the_next_server_goes_on_with_what_the_one_before_has_left() {
        PlayedExchange worker = PlayedExchange.worker(door);
        door.follow(two);
        assertThat(two.begunWith).isEqualTo("left by one");
        worker.says(1);
        assertThat(two.heard).containsExactly("AW_key_one1 1");
        assertThat(one.heard).isEmpty();
        two.sinks.get("AW_key_one1").send(PONG);
        assertThat(worker.heard).hasSize(1);
        assertThat(worker.closeCode).isZero();
    }

    @Test
    void while_there_is_none_what_workers_say_waits() {
        PlayedExchange worker = PlayedExchange.worker(door);
        PlayedExchange leaves = PlayedExchange.worker(door);
        door.follow(null);
        worker.says(1);
        worker.says(2);
        leaves.listener.closed(1006, "");
        door.follow(two);
        assertThat(two.begunWith).isEqualTo("left by one");
        assertThat(two.sinks).containsOnlyKeys("AW_key_one1");
        assertThat(two.heard).containsExactly("AW_key_one1 1", "AW_key_one1 2");
    }

    @Test
    void a_worker_that_the_next_one_does_not_know_begins_anew() {
        PlayedExchange worker = PlayedExchange.worker(door);
        two.forgetful = true;
        door.follow(two);
        worker.says(1);
        assertThat(two.heard).containsExactly("AW_key_two1 1");
    }

    @Test
    void who_says_too_much_meanwhile_or_waits_too_long_is_sent_away() {
        PlayedExchange talks = PlayedExchange.worker(door);
        PlayedExchange waits = PlayedExchange.worker(door);
        door.follow(null);
        for (int i = 0; i <= WorkerSocket.MAX_HELD; i++) talks.says(i);
        assertThat(talks.closeCode).isEqualTo(WorkerSocket.GOING_AWAY);
        assertThat(waits.closeCode).isZero();
        door.abandon();
        assertThat(waits.closeCode).isEqualTo(WorkerSocket.GOING_AWAY);
    }

    @Test
    void workers_are_told_when_the_door_closes() {
        PlayedExchange worker = PlayedExchange.worker(door);
        door.close();
        assertThat(worker.closeCode).isEqualTo(WorkerSocket.GOING_AWAY);
        assertThat(one.heard).containsExactly("AW_key_one1 closed");
    }

    @Test
    void the_server_stays_in_charge_when_its_door_closes() {
        door.close();
        assertThat(door.serves(one)).isFalse();
        assertThat(one.released).isFalse();
    }
}
