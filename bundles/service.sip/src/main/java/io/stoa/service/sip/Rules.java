package io.stoa.service.sip;

import static io.stoa.rpc.RpcException.invalidArgument;

import io.stoa.protocol.livekit.SIPDispatchRule;
import io.stoa.protocol.livekit.SIPDispatchRule.RuleCase;
import io.stoa.protocol.livekit.SIPDispatchRuleInfo;
import io.stoa.protocol.livekit.SIPDispatchRuleUpdate;
import io.stoa.protocol.livekit.SIPMediaConfig;
import io.stoa.rpc.RpcException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/** Dispatch rules: what they must say, how they are changed, and which comes first. */
final class Rules {
    /** The best first; what is left open costs. Equal ones by the name of their room, so that it is always the same. */
    static final Comparator<SIPDispatchRuleInfo> BEST = Comparator.comparingInt(Rules::cost).thenComparing(rule -> room(rule.getRule()));

    private Rules() {}

    static void check(SIPDispatchRuleInfo rule) throws RpcException {
        if (!rule.hasRule()) throw invalidArgument("missing rule");
        if (!isKnown(rule)) throw invalidArgument("unsupported SIP Dispatch Rule");
        MediaSettings.check(rule.getMedia());
    }

    /** With the encryption of the field beside its media settings in these. */
    static SIPDispatchRuleInfo upgraded(SIPDispatchRuleInfo rule) {
        return rule.toBuilder().setMedia(MediaSettings.with(rule.getMedia(), rule.getMediaEncryption())).build();
    }

    static SIPDispatchRuleInfo apply(SIPDispatchRuleUpdate update, SIPDispatchRuleInfo rule) throws RpcException {
        SIPDispatchRuleInfo.Builder changed = rule.toBuilder();
        if (update.hasTrunkIds()) changed.clearTrunkIds().addAllTrunkIds(Lists.updated(rule.getTrunkIdsList(), update.getTrunkIds()));
        if (update.hasRule()) changed.setRule(update.getRule());
        if (update.hasName()) changed.setName(update.getName());
        if (update.hasMetadata()) changed.setMetadata(update.getMetadata());
        Map<String, String> attributes = new HashMap<>(rule.getAttributesMap());
        attributes.putAll(update.getAttributesMap());
        update.getAttributesMap().forEach((key, value) -> attributes.remove(key, "")); // how an update says that one goes
        changed.clearAttributes().putAllAttributes(attributes);
        SIPMediaConfig media = MediaSettings.updated(rule.getMedia(), rule.getMediaEncryption(), update.hasMedia() ? update.getMedia() : null,
                update.hasMediaEncryption() ? update.getMediaEncryption() : null);
        return changed.setMedia(media).setMediaEncryption(media.getEncryption()).build();
    }

    /** Of a kind that this server knows; another server may have stored more. */
    static boolean isKnown(SIPDispatchRuleInfo info) {
        return info.getRule().getRuleCase() != RuleCase.RULE_NOT_SET;
    }

    static String pin(SIPDispatchRuleInfo info) {
        SIPDispatchRule rule = info.getRule();
        return switch (rule.getRuleCase()) {
            case DISPATCH_RULE_DIRECT -> rule.getDispatchRuleDirect().getPin();
            case DISPATCH_RULE_INDIVIDUAL -> rule.getDispatchRuleIndividual().getPin();
            case DISPATCH_RULE_CALLEE -> rule.getDispatchRuleCallee().getPin();
            case RULE_NOT_SET -> "";
        };
    }

    private static String room(SIPDispatchRule rule) {
        return switch (rule.getRuleCase()) {
            case DISPATCH_RULE_DIRECT -> rule.getDispatchRuleDirect().getRoomName();
            case DISPATCH_RULE_INDIVIDUAL -> rule.getDispatchRuleIndividual().getRoomPrefix();
            case DISPATCH_RULE_CALLEE -> rule.getDispatchRuleCallee().getRoomPrefix();
            case RULE_NOT_SET -> "";
        };
    }

    private static int cost(SIPDispatchRuleInfo info) {
        SIPDispatchRule rule = info.getRule();
        int cost = switch (rule.getRuleCase()) {
            case DISPATCH_RULE_DIRECT -> open(rule.getDispatchRuleDirect().getPin());
            case DISPATCH_RULE_INDIVIDUAL -> 1 + open(rule.getDispatchRuleIndividual().getPin());
            case DISPATCH_RULE_CALLEE -> 2 + open(rule.getDispatchRuleCallee().getPin());
            case RULE_NOT_SET -> throw new IllegalStateException("rules of no kind match nothing");
        };
        return cost + (info.getInboundNumbersCount() == 0 ? 1_000 : 0) + (info.getNumbersCount() == 0 ? 1_000 : 0);
    }

    private static int open(String pin) {
        return pin.isEmpty() ? 100 : 0;
    }
}
