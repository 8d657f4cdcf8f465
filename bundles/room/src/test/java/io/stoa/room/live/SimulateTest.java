package io.stoa.room.live;

import static io.stoa.protocol.livekit.SignalResponse.MessageCase.JOIN;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.LEAVE;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.RECONNECT;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.SPEAKERS_CHANGED;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.media.DownstreamSettings;
import io.stoa.protocol.livekit.CandidateProtocol;
import io.stoa.protocol.livekit.ClientConfigSetting;
import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.protocol.livekit.ICEServer;
import io.stoa.protocol.livekit.LeaveRequest;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SimulateScenario;
import io.stoa.protocol.livekit.SpeakerInfo;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Scenarios by which clients test themselves (spec 4.4, request 13). */
class SimulateTest {
    private final Rig rig = new Rig();
    private final Client ann = rig.dual("ann");
    private final Client bob = rig.dual("bob");

    @AfterEach
    void close() {
        rig.close();
    }

    private void plays(SimulateScenario.Builder scenario) {
        ann.send(SignalRequest.newBuilder().setSimulate(scenario));
    }

    @Test
    void she_speaks_for_so_many_seconds() {
        ann.publishesMicrophone();
        plays(SimulateScenario.newBuilder().setSpeakerUpdate(3));
        SpeakerInfo speaks = bob.last(SPEAKERS_CHANGED).getSpeakersChanged().getSpeakers(0);
        assertThat(speaks.getSid()).isEqualTo(ann.sid());
        assertThat(speaks.getActive()).isTrue();
        assertThat(ann.last(SPEAKERS_CHANGED).getSpeakersChanged().getSpeakers(0)).isEqualTo(speaks);
        rig.advance(2_500);
        assertThat(bob.all(SPEAKERS_CHANGED)).hasSize(1);
        rig.advance(1_000);
        assertThat(bob.last(SPEAKERS_CHANGED).getSpeakersChanged().getSpeakers(0).getActive()).isFalse();
    }

    @Test
    void the_server_leaves() {
        plays(SimulateScenario.newBuilder().setServerLeave(true));
        assertThat(ann.leave().getReason()).isEqualTo(DisconnectReason.SERVER_SHUTDOWN);
        assertThat(ann.leave().getAction()).isEqualTo(LeaveRequest.Action.DISCONNECT);
        assertThat(ann.closed).isTrue();
        assertThat(bob.stateOf("ann")).isEqualTo(ParticipantInfo.State.DISCONNECTED);
    }

    @Test
    void a_client_that_is_to_use_tls_alone_is_told_so_when_it_comes_back_and_for_five_minutes() {
        rig.rooms.turnServers = List.of(sid -> List.of(ICEServer.newBuilder().addUrls("turn:embedded").addUrls("turns:embedded").setUsername(sid).build(),
                ICEServer.newBuilder().addUrls("turn:other").build()));
        plays(SimulateScenario.newBuilder().setSwitchCandidateProtocol(CandidateProtocol.TLS));
        ann.session.signalClosed();
        var resumed = ann.resume().last(RECONNECT).getReconnect();
        assertThat(resumed.getIceServersList()).containsExactly(ICEServer.newBuilder().addUrls("turns:embedded").setUsername(ann.sid()).build());
        assertThat(resumed.getClientConfiguration().getForceRelay()).isEqualTo(ClientConfigSetting.ENABLED);
        assertThat(rig.dual("ann").last(JOIN).getJoin().getClientConfiguration().getForceRelay()).as("a full reconnect").isEqualTo(ClientConfigSetting.ENABLED);
        assertThat(rig.dual("cid").last(JOIN).getJoin().hasClientConfiguration()).as("others").isFalse();
        rig.advance(300_000);
        assertThat(rig.dual("ann").last(JOIN).getJoin().hasClientConfiguration()).isFalse();
    }

    @Test
    void tls_alone_ends_with_another_wish_and_needs_a_server() {
        plays(SimulateScenario.newBuilder().setSwitchCandidateProtocol(CandidateProtocol.TLS));
        assertThat(rig.dual("ann").last(JOIN).getJoin().hasClientConfiguration()).as("no TURN over TLS").isFalse();
        rig.rooms.turnServers = List.of(sid -> List.of(ICEServer.newBuilder().addUrls("turns:embedded").build()));
        Client again = rig.dual("ann");
        assertThat(again.last(JOIN).getJoin().hasClientConfiguration()).isTrue();
        again.send(SignalRequest.newBuilder().setSimulate(SimulateScenario.newBuilder().setSwitchCandidateProtocol(CandidateProtocol.UDP)));
        assertThat(rig.dual("ann").last(JOIN).getJoin().hasClientConfiguration()).isFalse();
    }

    @Test
    void connections_that_begin_after_a_wish_for_tcp_take_no_other_way() {
        assertThat(ann.publisher.spec.tcpOnly()).isFalse();
        plays(SimulateScenario.newBuilder().setSwitchCandidateProtocol(CandidateProtocol.TCP));
        Client again = rig.dual("ann");
        assertThat(again.publisher.spec.tcpOnly()).isTrue();
        assertThat(again.subscriber.spec.tcpOnly()).isTrue();
        assertThat(again.last(JOIN).getJoin().hasClientConfiguration()).as("no relay").isFalse();
        assertThat(rig.dual("cid").publisher.spec.tcpOnly()).as("others").isFalse();
        again.send(SignalRequest.newBuilder().setSimulate(SimulateScenario.newBuilder().setSwitchCandidateProtocol(CandidateProtocol.UDP)));
        assertThat(rig.dual("ann").publisher.spec.tcpOnly()).isFalse();
    }

    @Test
    void the_server_asks_for_a_full_reconnect() {
        plays(SimulateScenario.newBuilder().setLeaveRequestFullReconnect(true));
        assertThat(ann.leave().getAction()).isEqualTo(LeaveRequest.Action.RECONNECT);
        assertThat(ann.leave().getRegions().getRegionsList()).isEmpty();
        assertThat(ann.closed).isTrue();
    }

    @Test
    void the_node_dies_without_a_word() {
        plays(SimulateScenario.newBuilder().setNodeFailure(true));
        assertThat(ann.wasTold(LEAVE)).isFalse();
        assertThat(ann.closed).isTrue();
        assertThat(ann.publisher.closed).isTrue();
        assertThat(bob.stateOf("ann")).isEqualTo(ParticipantInfo.State.DISCONNECTED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void the_signalling_is_lost_again_while_it_resumes(boolean withoutMessages) {
        plays(withoutMessages
                ? SimulateScenario.newBuilder().setDisconnectSignalOnResumeNoMessages(true)
                : SimulateScenario.newBuilder().setDisconnectSignalOnResume(true));
        ann.session.signalClosed();
        Client first = ann.resume();
        assertThat(first.order()).isEqualTo(withoutMessages ? List.of() : List.of(RECONNECT));
        assertThat(first.closed).isTrue();
        assertThat(bob.stateOf("ann")).isEqualTo(ParticipantInfo.State.ACTIVE);
        Client second = first.resume();
        assertThat(second.wasTold(RECONNECT)).as("once only").isTrue();
        assertThat(second.closed).isFalse();
    }

    @Test
    void her_line_becomes_narrow() {
        plays(SimulateScenario.newBuilder().setSubscriberBandwidth(20_000));
        assertThat(ann.subscriber.downstream).isEqualTo(new DownstreamSettings(false, 20_000));
        plays(SimulateScenario.newBuilder().setSubscriberBandwidth(-1));
        assertThat(ann.subscriber.downstream).isEqualTo(DownstreamSettings.DEFAULT);
    }

    @Test
    void what_cannot_be_played_here_changes_nothing() {
        int told = ann.told.size();
        plays(SimulateScenario.newBuilder().setMigration(true));
        plays(SimulateScenario.newBuilder());
        assertThat(ann.told).hasSize(told);
        assertThat(ann.closed).isFalse();
    }
}
