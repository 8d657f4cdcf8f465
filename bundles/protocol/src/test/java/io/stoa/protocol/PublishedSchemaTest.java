package io.stoa.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.FileDescriptor;
import io.stoa.protocol.livekit.LivekitAgentDispatchProto;
import io.stoa.protocol.livekit.LivekitAgentProto;
import io.stoa.protocol.livekit.LivekitEgressProto;
import io.stoa.protocol.livekit.LivekitIngressProto;
import io.stoa.protocol.livekit.LivekitInternalProto;
import io.stoa.protocol.livekit.LivekitMetricsProto;
import io.stoa.protocol.livekit.LivekitModelsProto;
import io.stoa.protocol.livekit.LivekitPhoneNumberProto;
import io.stoa.protocol.livekit.LivekitRoomProto;
import io.stoa.protocol.livekit.LivekitRtcProto;
import io.stoa.protocol.livekit.LivekitSipProto;
import io.stoa.protocol.livekit.LivekitWebhookProto;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Our schema against the one that LiveKit publishes for server SDKs, element by element. What differs on purpose stands with its reason in
 * {@code left-out.txt}; what is only ours (the published artifact is some months behind) stands in {@code newer.txt}. Both lists must be
 * exact: an entry that no longer holds fails as well.
 */
class PublishedSchemaTest {
    private static final Map<String, String> PUBLISHED = SchemaWords.of(List.of(
            livekit.LivekitAgent.getDescriptor(),
            livekit.LivekitAgentDispatch.getDescriptor(),
            livekit.LivekitAnalytics.getDescriptor(),
            livekit.LivekitCloudAgent.getDescriptor(),
            livekit.LivekitConnector.getDescriptor(),
            livekit.LivekitConnectorTwilio.getDescriptor(),
            livekit.LivekitConnectorWhatsapp.getDescriptor(),
            livekit.LivekitEgress.getDescriptor(),
            livekit.LivekitIngress.getDescriptor(),
            livekit.LivekitInternal.getDescriptor(),
            livekit.LivekitMetrics.getDescriptor(),
            livekit.LivekitModels.getDescriptor(),
            livekit.LivekitPhoneNumber.getDescriptor(),
            livekit.LivekitRoom.getDescriptor(),
            livekit.LivekitRtc.getDescriptor(),
            livekit.LivekitSip.getDescriptor(),
            livekit.LivekitTokenSource.getDescriptor(),
            livekit.LivekitWebhook.getDescriptor(),
            livekit.CloudReplay.getDescriptor()));
    private static final Map<String, String> OURS = SchemaWords.of(List.of(
            LivekitAgentProto.getDescriptor(),
            LivekitAgentDispatchProto.getDescriptor(),
            LivekitEgressProto.getDescriptor(),
            LivekitIngressProto.getDescriptor(),
            LivekitInternalProto.getDescriptor(),
            LivekitMetricsProto.getDescriptor(),
            LivekitModelsProto.getDescriptor(),
            LivekitPhoneNumberProto.getDescriptor(),
            LivekitRoomProto.getDescriptor(),
            LivekitRtcProto.getDescriptor(),
            LivekitSipProto.getDescriptor(),
            LivekitWebhookProto.getDescriptor()));

    @Test
    void names_numbers_types_and_signatures_are_the_published_ones_but_for_what_is_listed() throws IOException {
        List<String> differences = new ArrayList<>(onlyIn(PUBLISHED, OURS));
        OURS.forEach((name, words) -> {
            if (PUBLISHED.containsKey(name) && !PUBLISHED.get(name).equals(words)) differences.add(name);
        });
        assertThat(differences).as("left-out.txt; ours: %s", said(OURS, differences)).containsExactlyInAnyOrderElementsOf(listed("left-out.txt"));
    }

    @Test
    void what_only_ours_has_is_listed() throws IOException {
        Set<String> additions = onlyIn(OURS, PUBLISHED);
        assertThat(additions).as("newer.txt; ours: %s", said(OURS, additions)).containsExactlyInAnyOrderElementsOf(listed("newer.txt"));
    }

    @Test
    void the_comparison_sees_what_it_is_meant_to_see() {
        assertThat(PUBLISHED)
                .hasSizeGreaterThan(2_500)
                .containsEntry("livekit.Room.sid", "string = 1 as sid")
                .containsEntry("livekit.SignalRequest.offer", "livekit.SessionDescription = 1 in oneof message as offer")
                .containsEntry("livekit.ParticipantInfo.attributes", "map<string, string> = 15 as attributes")
                .containsEntry("livekit.DisconnectReason.ROOM_DELETED", "value 5")
                .containsEntry("livekit.RoomService.CreateRoom", "rpc livekit.CreateRoomRequest -> livekit.Room");
        assertThat(OURS).containsEntry("livekit.UserPacket.topic", "optional string = 4 as topic");
    }

    private static Set<String> onlyIn(Map<String, String> here, Map<String, String> there) {
        Set<String> missing = new LinkedHashSet<>(here.keySet());
        missing.removeAll(there.keySet());
        Set<String> outermost = new LinkedHashSet<>();
        for (String name : missing) if (!missing.contains(name.substring(0, name.lastIndexOf('.')))) outermost.add(name);
        return outermost;
    }

    private static List<String> said(Map<String, String> schema, Iterable<String> names) {
        List<String> said = new ArrayList<>();
        for (String name : names) if (schema.containsKey(name)) said.add(name + ": " + schema.get(name));
        return said;
    }

    /** One element a line; comments are reasons, and no element stands without one. */
    private static List<String> listed(String resource) throws IOException {
        List<String> names = new ArrayList<>();
        try (InputStream in = PublishedSchemaTest.class.getResourceAsStream("/" + resource)) {
            boolean reason = false;
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
                if (line.isBlank()) reason = false;
                else if (line.startsWith("#")) reason = true;
                else {
                    assertThat(reason).as("%s: %s has a reason", resource, line).isTrue();
                    names.add(line);
                }
            }
        }
        return names;
    }
}
