package io.stoa.service.sip;

import static io.stoa.rpc.RpcException.invalidArgument;

import io.stoa.protocol.livekit.SIPInboundTrunkInfo;
import io.stoa.protocol.livekit.SIPOutboundConfig;
import io.stoa.protocol.livekit.SIPOutboundTrunkInfo;
import io.stoa.rpc.RpcException;

/** What a trunk must and must not say. */
final class TrunkChecks {
    private TrunkChecks() {}

    static void check(SIPInboundTrunkInfo trunk) throws RpcException {
        boolean authenticated = !trunk.getAuthUsername().isEmpty() || !trunk.getAuthPassword().isEmpty();
        if (!authenticated && trunk.getAllowedAddressesCount() == 0 && trunk.getNumbersCount() == 0)
            throw invalidArgument("for security, one of the fields must be set: AuthUsername+AuthPassword, AllowedAddresses or Numbers");
        MediaSettings.check(trunk.getMedia());
        Headers.check(trunk.getHeadersMap());
        Headers.checkNames(trunk.getAttributesToHeadersMap().values());
        Headers.checkNames(trunk.getHeadersToAttributesMap().keySet());
    }

    static void check(SIPOutboundTrunkInfo trunk) throws RpcException {
        if (trunk.getNumbersCount() == 0) throw invalidArgument("no trunk numbers specified");
        if (trunk.getAddress().isEmpty()) throw invalidArgument("no outbound address specified");
        checkHost(trunk.getAddress(), "trunk address");
        checkHost(trunk.getFromHost(), "from_host");
        Headers.check(trunk.getHeadersMap());
        Headers.checkNames(trunk.getAttributesToHeadersMap().values());
        Headers.checkNames(trunk.getHeadersToAttributesMap().keySet());
        MediaSettings.check(trunk.getMedia());
    }

    /** A trunk that comes with a call. */
    static void check(SIPOutboundConfig trunk) throws RpcException {
        if (trunk.getHostname().isEmpty()) throw invalidArgument("no outbound hostname specified");
        checkHost(trunk.getHostname(), "trunk hostname");
        checkHost(trunk.getFromHost(), "from_host");
        Headers.checkNames(trunk.getAttributesToHeadersMap().values());
        Headers.checkNames(trunk.getHeadersToAttributesMap().keySet());
    }

    private static void checkHost(String host, String field) throws RpcException {
        if (host.contains("transport=")) throw invalidArgument(field + " should not contain transport parameter");
        if (host.contains("@") || host.contains(";") || host.startsWith("sip:") || host.startsWith("sips:"))
            throw invalidArgument(field + " should be a hostname or IP, not SIP URI");
    }
}
