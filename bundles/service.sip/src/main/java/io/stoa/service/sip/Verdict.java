package io.stoa.service.sip;

import io.stoa.base.Ids;
import io.stoa.protocol.livekit.SIPDispatchRule;
import io.stoa.protocol.livekit.SIPDispatchRuleInfo;
import io.stoa.protocol.livekit.SIPFeature;
import io.stoa.protocol.livekit.SIPInboundTrunkInfo;
import io.stoa.protocol.livekit.SIPMediaConfig;
import io.stoa.protocol.rpc.EvaluateSIPDispatchRulesRequest;
import io.stoa.protocol.rpc.EvaluateSIPDispatchRulesResponse;
import io.stoa.protocol.rpc.SIPCall;
import io.stoa.protocol.rpc.SIPDispatchResult;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/** What a rule says of one call: the room, and who enters it (spec 9.4). */
final class Verdict {
    private static final int HASH_BYTES = 8;
    private static final int SHOWN_DIGITS = 4;

    private final Optional<SIPInboundTrunkInfo> trunk;
    private final SIPDispatchRuleInfo rule;
    private final EvaluateSIPDispatchRulesRequest request;
    private final SIPCall call;
    private final Ids ids;

    Verdict(Optional<SIPInboundTrunkInfo> trunk, SIPDispatchRuleInfo rule, EvaluateSIPDispatchRulesRequest request, SIPCall call, Ids ids) {
        this.trunk = trunk;
        this.rule = rule;
        this.request = request;
        this.call = call;
        this.ids = ids;
    }

    @SuppressWarnings("deprecation") // workers still read the fields beside
    EvaluateSIPDispatchRulesResponse answer() {
        SIPMediaConfig media = media();
        EvaluateSIPDispatchRulesResponse.Builder answer = EvaluateSIPDispatchRulesResponse.newBuilder()
                .setSipTrunkId(trunk.map(SIPInboundTrunkInfo::getSipTrunkId).orElse(""))
                .setSipDispatchRuleId(rule.getSipDispatchRuleId())
                .setMedia(media)
                .setMediaEncryption(media.getEncryption());
        if (!Rules.pin(rule).isEmpty() && request.getPin().isEmpty()) return answer.setResult(SIPDispatchResult.REQUEST_PIN).setRequestPin(true).build();
        answer.setResult(SIPDispatchResult.ACCEPT)
                .setRoomName(room())
                .setParticipantIdentity("sip_" + (rule.getHidePhoneNumber() ? hash() : call.getFrom().getUser()))
                .setParticipantName("Phone " + caller())
                .setParticipantMetadata(rule.getMetadata())
                .putAllParticipantAttributes(attributes())
                .setRoomPreset(rule.getRoomPreset());
        if (rule.hasRoomConfig()) answer.setRoomConfig(rule.getRoomConfig());
        trunk.ifPresent(one -> addFrom(one, answer));
        if (rule.getKrispEnabled() || trunk.isPresent() && trunk.get().getKrispEnabled()) answer.addEnabledFeatures(SIPFeature.KRISP_ENABLED);
        return answer.build();
    }

    private static void addFrom(SIPInboundTrunkInfo trunk, EvaluateSIPDispatchRulesResponse.Builder answer) {
        answer.putAllHeaders(trunk.getHeadersMap())
                .putAllHeadersToAttributes(trunk.getHeadersToAttributesMap())
                .putAllAttributesToHeaders(trunk.getAttributesToHeadersMap())
                .setIncludeHeaders(trunk.getIncludeHeaders());
        if (trunk.hasRingingTimeout()) answer.setRingingTimeout(trunk.getRingingTimeout());
        if (trunk.hasMaxCallDuration()) answer.setMaxCallDuration(trunk.getMaxCallDuration());
    }

    @SuppressWarnings("deprecation")
    private SIPMediaConfig media() {
        SIPMediaConfig ofTheRule = MediaSettings.with(rule.getMedia(), rule.getMediaEncryption());
        return trunk.map(one -> MediaSettings.merge(MediaSettings.with(one.getMedia(), one.getMediaEncryption()), ofTheRule)).orElse(ofTheRule);
    }

    /** The caller's number, or its last digits. */
    private String caller() {
        String number = call.getFrom().getUser();
        if (!rule.getHidePhoneNumber() || number.isEmpty()) return number;
        return number.substring(number.length() - (number.length() <= SHOWN_DIGITS ? 1 : SHOWN_DIGITS));
    }

    /** The same for all calls of a caller. */
    private String hash() {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(call.getFrom().getUser().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, HASH_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private String room() {
        SIPDispatchRule how = rule.getRule();
        return switch (how.getRuleCase()) {
            case DISPATCH_RULE_DIRECT -> how.getDispatchRuleDirect().getRoomName();
            case DISPATCH_RULE_INDIVIDUAL -> room(how.getDispatchRuleIndividual().getRoomPrefix(), caller(), !how.getDispatchRuleIndividual().getNoRandomness());
            case DISPATCH_RULE_CALLEE -> room(how.getDispatchRuleCallee().getRoomPrefix(), call.getTo().getUser(), how.getDispatchRuleCallee().getRandomize());
            case RULE_NOT_SET -> throw new IllegalStateException("rules of no kind match nothing");
        };
    }

    private String room(String prefix, String number, boolean random) {
        return (prefix.isEmpty() ? "" : prefix + "_") + number + (random ? "_" + ids.next("") : "");
    }

    private Map<String, String> attributes() {
        Map<String, String> attributes = new HashMap<>(rule.getAttributesMap());
        attributes.putAll(request.getExtraAttributesMap());
        attributes.put(Attributes.CALL, call.getLkCallId());
        attributes.put(Attributes.TRUNK, trunk.map(SIPInboundTrunkInfo::getSipTrunkId).orElse(request.getSipTrunkId()));
        attributes.put(Attributes.RULE, rule.getSipDispatchRuleId());
        if (rule.getHidePhoneNumber()) return attributes;
        attributes.put(Attributes.PHONE_NUMBER, call.getFrom().getUser());
        attributes.put(Attributes.HOST, call.getFrom().getHost());
        attributes.put(Attributes.TRUNK_NUMBER, call.getTo().getUser());
        return attributes;
    }
}
