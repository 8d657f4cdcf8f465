package io.stoa.edge.rtc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.stoa.auth.Claims;
import io.stoa.base.Ids;
import io.stoa.protocol.livekit.AddTrackRequest;
import io.stoa.protocol.livekit.ClientInfo;
import io.stoa.protocol.livekit.JoinRequest;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.RoomConfiguration;
import io.stoa.protocol.livekit.SessionDescription;
import io.stoa.protocol.livekit.StartSession;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private static final RtcSettings LIMITS = new RtcSettings(256, 256, 2 << 20, 0, 0);
    private static final UserAgent FIREFOX = new UserAgent("Firefox", "140.0", "Linux", "", "");

    private boolean roomExists = true;
    private boolean overLimits;
    private final Admission admission = new Admission(
            new Premises() {
                @Override
                public boolean mayEnter(String room, boolean roomCreate) {
                    return roomExists || roomCreate;
                }

                @Override
                public boolean overLimits(RtcSettings settings) {
                    return overLimits;
                }
            },
            new Ids(new Random(1)));

    @Test
    void a_good_token_starts_a_session() throws Refusal {
        StartSession start = admit(caller().build(), query(Map.of("sdk", "js", "protocol", "17")));

        assertThat(start.getRoomName()).isEqualTo("lobby");
        assertThat(start.getIdentity()).isEqualTo("ann");
        assertThat(start.getName()).isEqualTo("Ann");
        assertThat(start.getConnectionId()).matches("CO_[2-9A-HJ-NP-Za-km-z]{12}");
        assertThat(start.getAutoSubscribe()).isTrue();
        assertThat(start.hasSubscriberAllowPause()).isFalse();
        assertThat(start.getUseSinglePeerConnection()).isFalse();
        assertThat(start.getTokenExpiresAt()).isEqualTo(1_800_000_000L);
        assertThat(start.getClient().getAddress()).isEqualTo("192.0.2.7");
        assertThat(start.getClient().getBrowser()).isEqualTo("Firefox");
        assertThat(grants(start)).isEqualTo(json("{'sub':'ann','name':'Ann','attributes':{'a':'1','b':'2'},'video':{'roomJoin':true,'room':'lobby'}}"));
    }

    @Test
    void a_join_request_brings_its_offer_and_tracks() throws Refusal {
        var asked = ConnectParameters.ofJoinRequest(JoinRequest.newBuilder()
                .setClientInfo(ClientInfo.newBuilder().setSdk(ClientInfo.SDK.RUST).setAddress("forged"))
                .setPublisherOffer(SessionDescription.newBuilder().setType("offer").setSdp("v=0"))
                .addAddTrackRequests(AddTrackRequest.newBuilder().setCid("c1"))
                .setReconnect(true)
                .setParticipantSid("PA_x")
                .build());
        StartSession start = admit(caller().build(), asked);

        assertThat(start.getUseSinglePeerConnection()).isTrue();
        assertThat(start.getReconnect()).isTrue();
        assertThat(start.getParticipantId()).isEqualTo("PA_x");
        assertThat(start.getPublisherOffer().getSdp()).isEqualTo("v=0");
        assertThat(start.getAddTrackRequestsList()).extracting(AddTrackRequest::getCid).containsExactly("c1");
        assertThat(start.getClient().getAddress()).isEqualTo("192.0.2.7");
        assertThat(start.getClient().getBrowser()).isEmpty();
    }

    @Test
    void the_first_failing_check_answers() {
        roomExists = false;
        overLimits = true;
        var caller = caller();
        caller.identity = "";
        caller.room = "";
        caller.roomJoin = false;
        refuses(caller, query(Map.of()), 401, "permissions denied");
        caller.roomJoin = true;
        refuses(caller, query(Map.of()), 400, "identity cannot be empty");
        caller.identity = "é".repeat(129);
        refuses(caller, query(Map.of()), 400, "participant identity length exceeds limits: max length 256");
        caller.identity = "é".repeat(128);
        refuses(caller, query(Map.of()), 400, "no room name");
        caller.room = "r".repeat(257);
        refuses(caller, query(Map.of()), 400, "room name length exceeds limits: max length 256");
        caller.room = "lobby";
        caller.canPublish = false;
        refuses(caller, query(Map.of("publish", "screen")), 401, "no permissions to access the room");
        refuses(caller, query(Map.of()), 404, "requested room does not exist");
        caller.roomCreate = true;
        refuses(caller, query(Map.of()), 503, "node has exceeded its configured limit");
        overLimits = false;
        refuses(caller, metadata("m"), 401, "no permissions to access the room");
        caller.canUpdateOwnMetadata = true;
        assertThat(caller).satisfies(it -> admit(it.build(), metadata("m")));
    }

    @Test
    void the_request_may_replace_metadata_and_merge_attributes() throws Refusal {
        var caller = caller();
        caller.canUpdateOwnMetadata = true;
        var asked = ConnectParameters.ofJoinRequest(JoinRequest.newBuilder()
                .setMetadata("mine")
                .putParticipantAttributes("b", "3")
                .putParticipantAttributes("a", "")
                .putParticipantAttributes("c", "4")
                .build());
        JsonObject grants = grants(admit(caller.build(), asked));
        assertThat(grants.get("metadata").getAsString()).isEqualTo("mine");
        assertThat(grants.get("attributes")).isEqualTo(json("{'a':'1','b':'3','c':'4'}"));
    }

    @Test
    void a_legacy_second_connection_only_publishes_under_a_name_of_its_own() throws Refusal {
        StartSession start = admit(caller().build(), query(Map.of("publish", "screen")));
        assertThat(start.getIdentity()).isEqualTo("ann#screen");
        assertThat(grants(start).getAsJsonObject("video").get("canSubscribe").getAsBoolean()).isFalse();
        assertThat(grants(start).get("sub").getAsString()).isEqualTo("ann#screen");
    }

    @Test
    void the_token_says_how_a_new_room_is_to_be() throws Refusal {
        var caller = caller();
        caller.roomPreset = "webinar";
        caller.roomConfig = RoomConfiguration.newBuilder().setEmptyTimeout(7).setMaxParticipants(3).setMetadata("m").build();
        StartSession start = admit(caller.build(), query(Map.of()));
        assertThat(start.getCreateRoom().getName()).isEqualTo("lobby");
        assertThat(start.getCreateRoom().getRoomPreset()).isEqualTo("webinar");
        assertThat(start.getCreateRoom().getEmptyTimeout()).isEqualTo(7);
        assertThat(start.getCreateRoom().getMaxParticipants()).isEqualTo(3);
        assertThat(start.getCreateRoom().getMetadata()).isEqualTo("m");
        assertThat(start.getCreateRoom().hasEgress()).isFalse();
    }

    @Test
    void kind_details_reach_the_room() throws Refusal {
        var caller = caller();
        caller.details = List.of(ParticipantInfo.KindDetail.CLOUD_AGENT);
        StartSession start = admit(caller.build(), query(Map.of()));
        assertThat(Claims.fromJson(start.getGrantsJson()).kindDetails()).containsExactly(ParticipantInfo.KindDetail.CLOUD_AGENT);
    }

    @Test
    void no_token_and_a_token_without_a_grant_are_the_same() {
        assertThatThrownBy(() -> Admission.claims(Optional.empty())).hasMessage("no permissions to access the room");
        assertThatThrownBy(() -> Admission.claims(Optional.of(Claims.of("ann", null)))).hasMessage("no permissions to access the room");
    }

    @Test
    void identities_and_room_names_may_be_as_long_as_the_limit_says() throws Refusal {
        var caller = caller();
        caller.identity = "é".repeat(128);
        caller.room = "é".repeat(128);
        assertThat(admit(caller.build(), query(Map.of())).getIdentity()).hasSize(128);
        caller.identity += "i";
        refuses(caller, query(Map.of()), 400, "participant identity length exceeds limits: max length 256");
        caller.identity = "ann";
        caller.room += "r";
        refuses(caller, query(Map.of()), 400, "room name length exceeds limits: max length 256");
    }

    @Test
    void zero_is_no_limit_and_less_is_refused() throws Refusal {
        var caller = caller();
        caller.identity = "i".repeat(10_000);
        admission.admit(new RtcSettings(0, 0, 0, 0, 0), caller.build(), query(Map.of()), FIREFOX, "");
        assertThatThrownBy(() -> new RtcSettings(256, -1, 0, 0, 0)).hasMessageContaining("maxParticipantIdentityLength = -1");
    }

    private StartSession admit(Claims caller, ConnectParameters asked) throws Refusal {
        return admission.admit(LIMITS, caller, asked, FIREFOX, "192.0.2.7");
    }

    private void refuses(Draft caller, ConnectParameters asked, int status, String text) {
        assertThatThrownBy(() -> admit(caller.build(), asked)).isInstanceOfSatisfying(Refusal.class, refusal -> {
            assertThat(refusal).hasMessage(text);
            assertThat(refusal.status()).isEqualTo(status);
        });
    }

    private static ConnectParameters metadata(String metadata) {
        return ConnectParameters.ofJoinRequest(JoinRequest.newBuilder().setMetadata(metadata).build());
    }

    private static ConnectParameters query(Map<String, String> parameters) {
        try {
            return ConnectParameters.ofQuery(parameters::get, false);
        } catch (Refusal refusal) {
            throw new AssertionError(refusal);
        }
    }

    private static JsonObject grants(StartSession start) {
        return JsonParser.parseString(start.getGrantsJson()).getAsJsonObject();
    }

    private static JsonObject json(String text) {
        return JsonParser.parseString(text.replace('\'', '"')).getAsJsonObject();
    }

    private static Draft caller() {
        return new Draft();
    }

    /** A token in the making. */
    private static final class Draft {
        String identity = "ann";
        String room = "lobby";
        boolean roomJoin = true;
        boolean roomCreate;
        Boolean canPublish;
        boolean canUpdateOwnMetadata;
        String roomPreset = "";
        RoomConfiguration roomConfig;
        List<ParticipantInfo.KindDetail> details = List.of();

        Claims build() {
            var video = json("{}");
            if (roomJoin) video.addProperty("roomJoin", true);
            if (roomCreate) video.addProperty("roomCreate", true);
            if (canPublish != null) video.addProperty("canPublish", canPublish);
            if (canUpdateOwnMetadata) video.addProperty("canUpdateOwnMetadata", true);
            video.addProperty("room", room);
            var claims = json("{'name':'Ann','attributes':{'a':'1','b':'2'},'exp':1800000000}");
            claims.addProperty("sub", identity);
            claims.addProperty("roomPreset", roomPreset);
            claims.add("video", video);
            Claims token = Claims.fromJson(claims.toString());
            return new Claims(
                    "devkey", token.identity(), token.name(), token.kind(), details, token.metadata(), token.attributes(), token.video(),
                    false, false, roomConfig, token.roomPreset(), "", token.expiresAtSeconds());
        }
    }
}
