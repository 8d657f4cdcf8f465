package io.stoa.store.records;

import io.stoa.protocol.livekit.SIPInboundTrunkInfo;
import io.stoa.protocol.livekit.SIPOutboundTrunkInfo;
import io.stoa.protocol.livekit.SIPTrunkInfo.TrunkKind;
import io.stoa.protocol.livekit.SIPTrunkInfo;
import java.util.List;
import java.util.Optional;

/** What a trunk of one kind looks like as one of another, as LiveKit has it. A trunk of the old kind has one number, for both directions. */
final class Trunks {
    private Trunks() {}

    static Optional<SIPInboundTrunkInfo> inbound(SIPTrunkInfo old) {
        if (old.getKind() == TrunkKind.TRUNK_OUTBOUND) return Optional.empty();
        return Optional.of(SIPInboundTrunkInfo.newBuilder()
                .setSipTrunkId(old.getSipTrunkId())
                .setName(old.getName())
                .setMetadata(old.getMetadata())
                .addAllNumbers(numbers(old))
                .addAllAllowedAddresses(old.getInboundAddressesList())
                .addAllAllowedNumbers(old.getInboundNumbersList())
                .setAuthUsername(old.getInboundUsername())
                .setAuthPassword(old.getInboundPassword())
                .build());
    }

    static Optional<SIPOutboundTrunkInfo> outbound(SIPTrunkInfo old) {
        if (old.getKind() == TrunkKind.TRUNK_INBOUND) return Optional.empty();
        return Optional.of(SIPOutboundTrunkInfo.newBuilder()
                .setSipTrunkId(old.getSipTrunkId())
                .setName(old.getName())
                .setMetadata(old.getMetadata())
                .setAddress(old.getOutboundAddress())
                .setTransport(old.getTransport())
                .addAllNumbers(numbers(old))
                .setAuthUsername(old.getOutboundUsername())
                .setAuthPassword(old.getOutboundPassword())
                .build());
    }

    static SIPTrunkInfo old(SIPInboundTrunkInfo inbound) {
        return SIPTrunkInfo.newBuilder()
                .setSipTrunkId(inbound.getSipTrunkId())
                .setKind(TrunkKind.TRUNK_INBOUND)
                .setName(inbound.getName())
                .setMetadata(inbound.getMetadata())
                .setOutboundNumber(first(inbound.getNumbersList()))
                .addAllInboundAddresses(inbound.getAllowedAddressesList())
                .addAllInboundNumbers(inbound.getAllowedNumbersList())
                .setInboundUsername(inbound.getAuthUsername())
                .setInboundPassword(inbound.getAuthPassword())
                .build();
    }

    static SIPTrunkInfo old(SIPOutboundTrunkInfo outbound) {
        return SIPTrunkInfo.newBuilder()
                .setSipTrunkId(outbound.getSipTrunkId())
                .setKind(TrunkKind.TRUNK_OUTBOUND)
                .setName(outbound.getName())
                .setMetadata(outbound.getMetadata())
                .setOutboundAddress(outbound.getAddress())
                .setTransport(outbound.getTransport())
                .setOutboundNumber(first(outbound.getNumbersList()))
                .setOutboundUsername(outbound.getAuthUsername())
                .setOutboundPassword(outbound.getAuthPassword())
                .build();
    }

    private static List<String> numbers(SIPTrunkInfo old) {
        return old.getOutboundNumber().isEmpty() ? List.of() : List.of(old.getOutboundNumber());
    }

    private static String first(List<String> numbers) {
        return numbers.isEmpty() ? "" : numbers.getFirst();
    }
}
