package io.stoa.service.sip;

import static io.stoa.rpc.RpcException.invalidArgument;

import io.stoa.protocol.livekit.SIPDispatchRuleInfo;
import io.stoa.protocol.livekit.SIPInboundTrunkInfo;
import io.stoa.rpc.RpcException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Trunks and dispatch rules between which a call could not decide (spec 9.4). */
final class Conflicts {
    private static final List<String> ANY = List.of("");

    /** What a call has that a rule looks at; empty = anything. */
    private record Match(String pin, String trunk, String inboundNumber, String number) {}

    private Conflicts() {}

    /** @throws RpcException if two of them take calls to one number from one number */
    static void checkTrunks(Collection<SIPInboundTrunkInfo> trunks) throws RpcException {
        Map<String, Map<String, SIPInboundTrunkInfo>> takers = new HashMap<>();
        for (SIPInboundTrunkInfo trunk : trunks)
            for (String called : normal(trunk.getNumbersList())) checkCallers(takers.computeIfAbsent(called, number -> new HashMap<>()), trunk);
    }

    private static void checkCallers(Map<String, SIPInboundTrunkInfo> takers, SIPInboundTrunkInfo trunk) throws RpcException {
        for (String caller : trunk.getAllowedNumbersCount() == 0 ? ANY : trunk.getAllowedNumbersList()) {
            SIPInboundTrunkInfo other = takers.put(Numbers.normal(caller), trunk);
            if (other != null && !other.getSipTrunkId().equals(trunk.getSipTrunkId()))
                throw invalidArgument("Conflicting inbound SIP Trunks: " + id(trunk.getSipTrunkId()) + " and " + id(other.getSipTrunkId()) + ", using the same number(s) "
                        + numbers(trunk) + (caller.isEmpty() ? " without AllowedNumbers set" : " and AllowedNumber " + quoted(caller)));
        }
    }

    /** @throws RpcException if two of them look for the same */
    static void checkRules(Collection<SIPDispatchRuleInfo> rules) throws RpcException {
        Map<Match, SIPDispatchRuleInfo> takers = new HashMap<>();
        for (SIPDispatchRuleInfo rule : rules) {
            if (!Rules.isKnown(rule)) continue;
            String pin = Rules.pin(rule);
            for (String trunk : rule.getTrunkIdsCount() == 0 ? ANY : new HashSet<>(rule.getTrunkIdsList()))
                for (String caller : normal(rule.getInboundNumbersList()))
                    for (String called : normal(rule.getNumbersList())) {
                        SIPDispatchRuleInfo other = takers.putIfAbsent(new Match(pin, trunk, caller, called), rule);
                        if (other != null)
                            throw invalidArgument("Dispatch rule for the same trunk, inbound number, number, and PIN combination already exists in dispatch rule "
                                    + id(other.getSipDispatchRuleId()) + " " + quoted(other.getName().isEmpty() ? "<blank name>" : other.getName()));
                    }
        }
    }

    private static Set<String> normal(List<String> numbers) {
        return numbers.isEmpty() ? Set.of("") : numbers.stream().map(Numbers::normal).collect(Collectors.toSet());
    }

    private static String numbers(SIPInboundTrunkInfo trunk) {
        if (trunk.getNumbersCount() == 0) return "<any>";
        return trunk.getNumbersList().stream().map(Conflicts::quoted).collect(Collectors.joining(" ", "[", "]"));
    }

    private static String id(String id) {
        return quoted(id.isEmpty() ? "<new>" : id);
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
