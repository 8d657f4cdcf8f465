package io.stoa.service.sip;

import static io.stoa.rpc.RpcException.invalidArgument;

import com.google.protobuf.Message;
import com.google.protobuf.util.Durations;
import io.stoa.protocol.livekit.CreateSIPParticipantRequest;
import io.stoa.protocol.livekit.Destination;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.RoomParticipantIdentity;
import io.stoa.protocol.livekit.SIPOutboundTrunkInfo;
import io.stoa.protocol.livekit.SIPParticipantInfo;
import io.stoa.protocol.livekit.TransferSIPParticipantRequest;
import io.stoa.protocol.livekit.TransferSIPParticipantResponse;
import io.stoa.protocol.rpc.InternalCreateSIPParticipantRequest;
import io.stoa.protocol.rpc.InternalCreateSIPParticipantResponse;
import io.stoa.protocol.rpc.InternalTransferSIPParticipantRequest;
import io.stoa.protocol.rpc.InternalTransferSIPParticipantResponse;
import io.stoa.rpc.CallOptions;
import io.stoa.rpc.Caller;
import io.stoa.rpc.RpcBus;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcMethods;
import io.stoa.rpc.WorkOrder;
import io.stoa.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** The methods that are about calls; who may call them is asked before. */
final class Calls {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration PATIENCE_UNTIL_ANSWERED = Duration.ofSeconds(80);
    private static final int MAX_DISPLAY_NAME = 128;

    /** Where participants are asked for. */
    @FunctionalInterface
    interface Participants {
        ParticipantInfo get(RoomParticipantIdentity who, Caller caller) throws RpcException;
    }

    /** Over what workers are reached. */
    @FunctionalInterface
    interface Workers {
        RpcBus bus() throws RpcException;
    }

    private final Trunks trunks;
    private final OutgoingCalls outgoing;
    private final Participants participants;
    private final Workers workers;

    Calls(Trunks trunks, OutgoingCalls outgoing, Participants participants, Workers workers) {
        this.trunks = trunks;
        this.outgoing = outgoing;
        this.participants = participants;
        this.workers = workers;
    }

    // -- out

    Message create(CreateSIPParticipantRequest request, Caller caller) throws RpcException, StoreException {
        check(request);
        Optional<SIPOutboundTrunkInfo> trunk =
                request.getSipTrunkId().isEmpty() ? Optional.empty() : Optional.of(trunks.outbound(request.getSipTrunkId()));
        InternalCreateSIPParticipantRequest call = outgoing.request(request, trunk);
        Duration patience = request.getWaitUntilAnswered() ? PATIENCE_UNTIL_ANSWERED : PATIENCE;
        InternalCreateSIPParticipantResponse response = WorkOrder.give(workers.bus(), RpcMethods.CREATE_SIP_PARTICIPANT.at(""), call, "SIP",
                checked(caller.patience() == null ? patience : caller.patience()), 1); // nobody is called twice
        return SIPParticipantInfo.newBuilder()
                .setParticipantId(response.getParticipantId())
                .setParticipantIdentity(response.getParticipantIdentity())
                .setRoomName(request.getRoomName())
                .setSipCallId(call.getSipCallId())
                .build();
    }

    private static Duration checked(Duration patience) throws RpcException {
        if (patience.isNegative() || patience.isZero()) throw invalidArgument("no time is left for the call");
        return patience;
    }

    private static void check(CreateSIPParticipantRequest request) throws RpcException {
        if (request.getSipTrunkId().isEmpty() && !request.hasTrunk() && request.getSipNumber().isEmpty())
            throw invalidArgument("missing sip trunk id and sip number");
        if (request.hasTrunk()) TrunkChecks.check(request.getTrunk());
        if (request.getSipCallTo().isEmpty()) throw invalidArgument("missing sip callee number");
        if (request.getSipCallTo().contains("@")) throw invalidArgument("SipCallTo should be a phone number or SIP user, not a full SIP URI");
        if (request.getRoomName().isEmpty()) throw invalidArgument("missing room name");
        if (request.hasDisplayName()) checkDisplayName(request.getDisplayName());
        check(request.getDestination());
        Headers.check(request.getHeadersMap());
        MediaSettings.check(request.getMedia());
    }

    private static void checkDisplayName(String name) throws RpcException {
        if (name.getBytes(StandardCharsets.UTF_8).length > MAX_DISPLAY_NAME) throw invalidArgument("DisplayName too long (max " + MAX_DISPLAY_NAME + " characters)");
        if (!QuotedText.isValid(name)) throw invalidArgument("DisplayName must be a valid quoted string: invalid syntax");
    }

    private static void check(Destination destination) throws RpcException {
        String country = destination.getCountry();
        if (!destination.getCity().isEmpty() && country.isEmpty() && destination.getRegion().isEmpty())
            throw invalidArgument("if city is specified, country or region must also be specified");
        if (!country.isEmpty() && !Locale.getISOCountries(Locale.IsoCountryCode.PART1_ALPHA2).contains(country))
            throw invalidArgument("country must be a valid ISO 3166-1 alpha-2 code (2-letter like 'US', 'IN', 'UK')");
    }

    // -- transfer

    Message transfer(TransferSIPParticipantRequest request, Caller caller) throws RpcException {
        if (request.getRoomName().isEmpty()) throw invalidArgument("Missing room name");
        if (request.getParticipantIdentity().isEmpty()) throw invalidArgument("Missing participant identity");
        String target = target(request.getTransferTo());
        Headers.check(request.getHeadersMap());
        ParticipantInfo participant = participants.get(
                RoomParticipantIdentity.newBuilder().setRoom(request.getRoomName()).setIdentity(request.getParticipantIdentity()).build(), caller);
        String call = participant.getAttributesMap().get(Attributes.CALL);
        if (call == null) throw invalidArgument("no SIP session associated with participant");
        Duration patience = patience(request, caller);
        InternalTransferSIPParticipantResponse response = workers.bus().call(RpcMethods.TRANSFER_SIP_PARTICIPANT.at(call), InternalTransferSIPParticipantRequest.newBuilder()
                .setSipCallId(call)
                .setTransferTo(target)
                .setPlayDialtone(request.getPlayDialtone())
                .putAllHeaders(request.getHeadersMap())
                .setRingingTimeout(Durations.fromNanos(patience.toNanos()))
                .build(), CallOptions.within(checked(patience)));
        return TransferSIPParticipantResponse.newBuilder()
                .setTransferId(response.getTransferId())
                .setStatus(response.getStatus())
                .setReason(response.getReason())
                .setSipStatus(response.getSipStatus())
                .build();
    }

    /** The worker is told how long we wait, so that it does not transfer a call that we have given up. */
    private static Duration patience(TransferSIPParticipantRequest request, Caller caller) {
        Duration patience = request.hasRingingTimeout() ? Duration.ofNanos(Durations.toNanos(request.getRingingTimeout())) : PATIENCE;
        return caller.patience() != null && caller.patience().compareTo(patience) < 0 ? caller.patience() : patience;
    }

    /** As it stands in a {@code Refer-To}: SIP URIs in angle brackets. */
    private static String target(String to) throws RpcException {
        if (to.isEmpty()) throw invalidArgument("missing transfer to");
        String uri = to.startsWith("<") && to.endsWith(">") ? to.substring(1, to.length() - 1) : to;
        if (uri.startsWith("sip:") || uri.startsWith("sips:")) return '<' + uri + '>';
        if (uri.startsWith("tel:")) return uri;
        throw invalidArgument("transfer_to must be a valid SIP(s) or TEL URI (sip:, sips: or tel:)");
    }
}
