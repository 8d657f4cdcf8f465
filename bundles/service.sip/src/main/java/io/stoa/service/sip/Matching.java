package io.stoa.service.sip;

import io.stoa.protocol.livekit.SIPDispatchRuleInfo;
import io.stoa.protocol.livekit.SIPInboundTrunkInfo;
import io.stoa.protocol.rpc.EvaluateSIPDispatchRulesRequest;
import io.stoa.protocol.rpc.SIPCall;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Which trunk a call came over, and which rule says what becomes of it (spec 9.4). */
final class Matching {
    private Matching() {}

    /**
     * @return empty if none takes the call
     * @throws RpcException {@code failed_precondition} if more than one does
     */
    static Optional<SIPInboundTrunkInfo> trunk(Collection<SIPInboundTrunkInfo> trunks, SIPCall call) throws RpcException {
        String called = call.getTo().getUser();
        List<SIPInboundTrunkInfo> forTheNumber = new ArrayList<>();
        List<SIPInboundTrunkInfo> forAny = new ArrayList<>();
        for (SIPInboundTrunkInfo trunk : trunks) {
            if (!admits(trunk, call)) continue;
            if (trunk.getNumbersCount() == 0) forAny.add(trunk);
            else if (Numbers.contains(trunk.getNumbersList(), called)) forTheNumber.add(trunk);
        }
        if (forTheNumber.size() > 1) throw ambiguous("Multiple SIP Trunks matched for \"" + called + '"');
        if (forTheNumber.isEmpty() && forAny.size() > 1) throw ambiguous("Multiple default SIP Trunks matched for \"" + called + '"');
        return forTheNumber.isEmpty() ? forAny.stream().findFirst() : forTheNumber.stream().findFirst();
    }

    private static boolean admits(SIPInboundTrunkInfo trunk, SIPCall call) {
        return (trunk.getAllowedNumbersCount() == 0 || Numbers.contains(trunk.getAllowedNumbersList(), call.getFrom().getUser()))
                && SourceAddresses.allow(trunk.getAllowedAddressesList(), call.getSourceIp(), call.getFrom().getHost());
    }

    /**
     * @param trunk empty if the call came over none: then only rules for any trunk apply
     * @return empty if no rule applies
     */
    static Optional<SIPDispatchRuleInfo> rule(Collection<SIPDispatchRuleInfo> rules, Optional<SIPInboundTrunkInfo> trunk,
            EvaluateSIPDispatchRulesRequest request, SIPCall call) {
        List<SIPDispatchRuleInfo> forTheTrunk = new ArrayList<>();
        List<SIPDispatchRuleInfo> forAny = new ArrayList<>();
        for (SIPDispatchRuleInfo rule : rules) {
            if (!listed(rule.getInboundNumbersList(), call.getFrom().getUser()) || !listed(rule.getNumbersList(), call.getTo().getUser())) continue;
            if (!Rules.isKnown(rule) || !suits(Rules.pin(rule), request)) continue;
            if (rule.getTrunkIdsCount() == 0) forAny.add(rule);
            else if (trunk.isPresent() && rule.getTrunkIdsList().contains(trunk.get().getSipTrunkId())) forTheTrunk.add(rule);
        }
        return (forTheTrunk.isEmpty() ? forAny : forTheTrunk).stream().min(Rules.BEST);
    }

    /** Written exactly so. */
    private static boolean listed(List<String> numbers, String number) {
        return numbers.isEmpty() || numbers.contains(number);
    }

    /** Who has dialled a pin gets into nothing that is open: it was meant for something else. */
    private static boolean suits(String pin, EvaluateSIPDispatchRulesRequest request) {
        if (request.getNoPin()) return pin.isEmpty();
        return request.getPin().isEmpty() || request.getPin().equals(pin);
    }

    private static RpcException ambiguous(String message) {
        return new RpcException(RpcCode.FAILED_PRECONDITION, message);
    }
}
