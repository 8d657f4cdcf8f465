package io.stoa.service.sip;

import io.stoa.protocol.livekit.SIPInboundTrunkInfo;
import io.stoa.protocol.livekit.SIPInboundTrunkUpdate;
import io.stoa.protocol.livekit.SIPMediaConfig;
import io.stoa.protocol.livekit.SIPOutboundTrunkInfo;
import io.stoa.protocol.livekit.SIPOutboundTrunkUpdate;
import io.stoa.rpc.RpcException;

/** Single fields of a trunk changed; what an update does not name stays. */
final class TrunkUpdates {
    private TrunkUpdates() {}

    static SIPInboundTrunkInfo apply(SIPInboundTrunkUpdate update, SIPInboundTrunkInfo trunk) throws RpcException {
        SIPInboundTrunkInfo.Builder changed = trunk.toBuilder();
        if (update.hasNumbers()) changed.clearNumbers().addAllNumbers(Lists.updated(trunk.getNumbersList(), update.getNumbers()));
        if (update.hasAllowedAddresses())
            changed.clearAllowedAddresses().addAllAllowedAddresses(Lists.updated(trunk.getAllowedAddressesList(), update.getAllowedAddresses()));
        if (update.hasAllowedNumbers()) changed.clearAllowedNumbers().addAllAllowedNumbers(Lists.updated(trunk.getAllowedNumbersList(), update.getAllowedNumbers()));
        if (update.hasAuthUsername()) changed.setAuthUsername(update.getAuthUsername());
        if (update.hasAuthPassword()) changed.setAuthPassword(update.getAuthPassword());
        if (update.hasAuthRealm()) changed.setAuthRealm(update.getAuthRealm());
        if (update.hasName()) changed.setName(update.getName());
        if (update.hasMetadata()) changed.setMetadata(update.getMetadata());
        SIPMediaConfig media = MediaSettings.updated(trunk.getMedia(), trunk.getMediaEncryption(), update.hasMedia() ? update.getMedia() : null,
                update.hasMediaEncryption() ? update.getMediaEncryption() : null);
        return changed.setMedia(media).setMediaEncryption(media.getEncryption()).build();
    }

    static SIPOutboundTrunkInfo apply(SIPOutboundTrunkUpdate update, SIPOutboundTrunkInfo trunk) throws RpcException {
        SIPOutboundTrunkInfo.Builder changed = trunk.toBuilder();
        if (update.hasAddress()) changed.setAddress(update.getAddress());
        if (update.hasTransport()) changed.setTransport(update.getTransport());
        if (update.hasDestinationCountry()) changed.setDestinationCountry(update.getDestinationCountry());
        if (update.hasNumbers()) changed.clearNumbers().addAllNumbers(Lists.updated(trunk.getNumbersList(), update.getNumbers()));
        if (update.hasAuthUsername()) changed.setAuthUsername(update.getAuthUsername());
        if (update.hasAuthPassword()) changed.setAuthPassword(update.getAuthPassword());
        if (update.hasName()) changed.setName(update.getName());
        if (update.hasMetadata()) changed.setMetadata(update.getMetadata());
        if (update.hasFromHost()) changed.setFromHost(update.getFromHost());
        SIPMediaConfig media = MediaSettings.updated(trunk.getMedia(), trunk.getMediaEncryption(), update.hasMedia() ? update.getMedia() : null,
                update.hasMediaEncryption() ? update.getMediaEncryption() : null);
        return changed.setMedia(media).setMediaEncryption(media.getEncryption()).build();
    }
}
