package io.stoa.service.sip;

import io.stoa.base.Ids;
import io.stoa.protocol.livekit.CreateSIPParticipantRequest;
import io.stoa.protocol.livekit.SIPFeature;
import io.stoa.protocol.livekit.SIPHeaderOptions;
import io.stoa.protocol.livekit.SIPMediaConfig;
import io.stoa.protocol.livekit.SIPOutboundConfig;
import io.stoa.protocol.livekit.SIPOutboundTrunkInfo;
import io.stoa.protocol.rpc.InternalCreateSIPParticipantRequest;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** What a worker is told to call (spec 9.6), from a request and the trunk that it names or brings along. */
final class OutgoingCalls {
    /** Takes numbers only with their plus. */
    private static final String TWILIO = "twilio.com";

    private final Ids ids;
    private final RandomGenerator random;

    OutgoingCalls(Ids ids, RandomGenerator random) {
        this.ids = ids;
        this.random = random;
    }

    /** @param trunk that the request names; empty if it names none */
    @SuppressWarnings("deprecation") // clients and workers still use the fields beside
    InternalCreateSIPParticipantRequest request(CreateSIPParticipantRequest request, Optional<SIPOutboundTrunkInfo> trunk) throws RpcException {
        InternalCreateSIPParticipantRequest.Builder call = InternalCreateSIPParticipantRequest.newBuilder();
        if (trunk.isPresent()) addFrom(trunk.get(), call);
        else addFrom(request.getTrunk(), call);
        String id = ids.next(Ids.SIP_CALL);
        String number = number(request, trunk, call.getAddress());
        call.setSipCallId(id)
                .setSipTrunkId(request.getSipTrunkId())
                .setToUserOverride(request.getToUserOverride())
                .setNumber(number)
                .setCallTo(request.getSipCallTo())
                .setRoomName(request.getRoomName())
                .setParticipantIdentity(request.getParticipantIdentity().isEmpty() ? "sip_" + request.getSipCallTo() : request.getParticipantIdentity())
                .setParticipantName(request.getParticipantName())
                .setParticipantMetadata(request.getParticipantMetadata())
                .putAllParticipantAttributes(attributes(request, id, call.getAddress(), number))
                .setDtmf(request.getDtmf())
                .setPlayDialtone(request.getPlayRingtone() || request.getPlayDialtone())
                .putAllHeaders(request.getHeadersMap())
                .setWaitUntilAnswered(request.getWaitUntilAnswered());
        if (request.hasSipRequestUri()) call.setSipRequestUri(request.getSipRequestUri());
        if (request.hasSipFromHeader()) call.setSipFromHeader(request.getSipFromHeader());
        if (request.hasSipToHeader()) call.setSipToHeader(request.getSipToHeader());
        if (request.getIncludeHeaders() != SIPHeaderOptions.SIP_NO_HEADERS) call.setIncludeHeaders(request.getIncludeHeaders());
        if (request.getKrispEnabled()) call.addEnabledFeatures(SIPFeature.KRISP_ENABLED);
        if (request.hasRingingTimeout()) call.setRingingTimeout(request.getRingingTimeout());
        if (request.hasMaxCallDuration()) call.setMaxCallDuration(request.getMaxCallDuration());
        if (request.hasDisplayName()) call.setDisplayName(request.getDisplayName());
        if (request.hasDestination()) call.setDestination(request.getDestination());
        SIPMediaConfig media = media(request, trunk);
        return call.setMedia(media).setMediaEncryption(media.getEncryption()).build();
    }

    private static void addFrom(SIPOutboundTrunkInfo trunk, InternalCreateSIPParticipantRequest.Builder call) {
        call.setAddress(trunk.getAddress())
                .setHostname(trunk.getFromHost())
                .setTransport(trunk.getTransport())
                .setDestinationCountry(trunk.getDestinationCountry())
                .setUsername(trunk.getAuthUsername())
                .setPassword(trunk.getAuthPassword())
                .putAllHeaders(trunk.getHeadersMap())
                .setIncludeHeaders(trunk.getIncludeHeaders())
                .putAllHeadersToAttributes(trunk.getHeadersToAttributesMap())
                .putAllAttributesToHeaders(trunk.getAttributesToHeadersMap());
    }

    private static void addFrom(SIPOutboundConfig trunk, InternalCreateSIPParticipantRequest.Builder call) {
        call.setAddress(trunk.getHostname())
                .setHostname(trunk.getFromHost())
                .setTransport(trunk.getTransport())
                .setDestinationCountry(trunk.getDestinationCountry())
                .setUsername(trunk.getAuthUsername())
                .setPassword(trunk.getAuthPassword())
                .putAllHeadersToAttributes(trunk.getHeadersToAttributesMap())
                .putAllAttributesToHeaders(trunk.getAttributesToHeadersMap());
    }

    private String number(CreateSIPParticipantRequest request, Optional<SIPOutboundTrunkInfo> trunk, String host) throws RpcException {
        String number = request.getSipNumber();
        if (number.isEmpty()) {
            if (trunk.isEmpty() || trunk.get().getNumbersCount() == 0) throw new RpcException(RpcCode.FAILED_PRECONDITION, "no numbers on outbound trunk");
            number = trunk.get().getNumbers(random.nextInt(trunk.get().getNumbersCount()));
        }
        return host.endsWith(TWILIO) && !number.startsWith("+") ? "+" + number : number;
    }

    private static Map<String, String> attributes(CreateSIPParticipantRequest request, String call, String host, String number) {
        Map<String, String> attributes = new HashMap<>(request.getParticipantAttributesMap());
        attributes.put(Attributes.CALL, call);
        attributes.put(Attributes.TRUNK, request.getSipTrunkId());
        if (request.getHidePhoneNumber()) return attributes;
        attributes.put(Attributes.PHONE_NUMBER, request.getSipCallTo());
        attributes.put(Attributes.HOST, host);
        attributes.put(Attributes.TRUNK_NUMBER, number);
        return attributes;
    }

    @SuppressWarnings("deprecation")
    private static SIPMediaConfig media(CreateSIPParticipantRequest request, Optional<SIPOutboundTrunkInfo> trunk) {
        SIPMediaConfig ofTheCall = MediaSettings.with(request.getMedia(), request.getMediaEncryption());
        return trunk.map(one -> MediaSettings.merge(MediaSettings.with(one.getMedia(), one.getMediaEncryption()), ofTheCall)).orElse(ofTheCall);
    }
}
