package io.stoa.turn.server;

import io.stoa.auth.KeyProvider;
import io.stoa.base.TransportAddress;
import io.stoa.media.NodeAddresses;
import io.stoa.media.RelayPorts;
import io.stoa.protocol.livekit.ICEServer;
import io.stoa.room.TurnServers;
import io.stoa.turn.PeerRules;
import io.stoa.turn.TurnSettings;
import io.stoa.turn.TurnSettings.RelayAddress;
import io.stoa.turn.server.ParticipantCredentials.Issued;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens as configured by {@code turn.*}, and tells rooms under which URLs and with which credentials. Comes before servers of others. */
@Component(
        service = {TurnServers.class, RelayPorts.class},
        immediate = true,
        configurationPid = "io.stoa.turn",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = "service.ranking:Integer=100")
public final class NettyTurnServer implements TurnServers, RelayPorts {
    private static final Logger LOG = LoggerFactory.getLogger(NettyTurnServer.class);
    private static final int DEFAULT_TTL_SECONDS = 300;
    private static final int MAX_TTL_SECONDS = 86_400;
    /** What clients are told whatever the port is: firewalls let nothing else through, so a balancer or a redirection stands there. */
    private static final int PUBLIC_TLS_PORT = 443;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile KeyProvider keys;

    private final ParticipantCredentials credentials = new ParticipantCredentials(() -> keys, () -> System.currentTimeMillis() / 1_000);
    private final NodeAddresses machine;
    /** What is relayed comes from one of these. */
    private final Set<InetAddress> ours;
    private final Optional<TurnLoop> loop;
    private volatile TurnConfig config;

    @Activate
    public NettyTurnServer(TurnConfig config, @Reference NodeAddresses machine) throws IOException {
        this.config = config;
        this.machine = machine;
        ours = machine.all().stream().flatMap(address -> Stream.concat(Stream.of(address.local()), address.said().stream())).collect(Collectors.toUnmodifiableSet());
        loop = config.enabled() ? Optional.of(new TurnLoop(listening(config), settings(config), credentials)) : Optional.empty();
        if (config.enabled())
            LOG.info("TURN on {}, UDP {}, {} {}, relayed from ports {} to {}", Arrays.toString(config.bindAddresses()), config.udpPort() == 0 ? "none" : config.udpPort(),
                    config.externalTls() ? "TCP (TLS ends before it)" : "TLS", config.tlsPort() == 0 ? "none" : config.tlsPort(), config.relayRangeStart(), config.relayRangeEnd());
    }

    private static TurnLoop.Listening listening(TurnConfig config) throws IOException {
        if (config.udpPort() == 0 && config.tlsPort() == 0) throw new IllegalArgumentException("turn: invalid TURN ports; allowed: turn.tls_port or turn.udp_port above 0");
        ServerCertificate certificate = config.tlsPort() == 0 || config.externalTls() ? null : new ServerCertificate(config.certFile(), config.keyFile(), System.nanoTime());
        return new TurnLoop.Listening(addresses(config), config.udpPort(), config.tlsPort(), certificate);
    }

    private static List<InetAddress> addresses(TurnConfig config) {
        return Arrays.stream(config.bindAddresses()).map(InetAddress::ofLiteral).toList();
    }

    private TurnSettings settings(TurnConfig config) {
        List<RelayAddress> relays = new ArrayList<>();
        for (boolean four : new boolean[] {true, false})
            addresses(config).stream().filter(address -> isIpv4(address) == four).findFirst().ifPresent(bind -> relays.add(relay(bind, said(four))));
        PeerRules rules = new PeerRules(List.of(config.allowRestrictedPeerCidrs()), List.of(config.denyPeerCidrs()));
        return new TurnSettings(ParticipantCredentials.REALM, relays, config.relayRangeStart(), config.relayRangeEnd(), config.perUserRelayAllocationLimit(), rules);
    }

    /**
     * What is relayed has to come from the address that peers are told (RFC 8656 section 2), also to peers for whom the system would choose
     * another one of this machine, such as those on its loopback. Behind a NAT it is the NAT's, which no socket can have.
     */
    private static RelayAddress relay(InetAddress bind, InetAddress said) {
        return new RelayAddress(bind.isAnyLocalAddress() && isOurs(said) ? said : bind, said);
    }

    private static boolean isOurs(InetAddress address) {
        try {
            return NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException unknown) {
            LOG.warn("whether {} is an address of this machine is not known: relays take any address: {}", address.getHostAddress(), unknown.getMessage());
            return false;
        }
    }

    private InetAddress said(boolean four) {
        return machine.primary(four).orElseThrow(() -> new IllegalArgumentException(
                "turn.bind_addresses has an " + (four ? "IPv4" : "IPv6") + " address, but media uses none to relay from; rtc.node_ip may name it"));
    }

    private static boolean isIpv4(InetAddress address) {
        return address instanceof Inet4Address;
    }

    /** What only the next start can change was not handed on by whoever read the file. */
    @Modified
    void modified(TurnConfig changed) {
        TurnSettings settings = settings(changed);
        config = changed;
        loop.ifPresent(running -> running.settings(settings));
    }

    @Override
    public List<ICEServer> of(String participantSid) {
        TurnConfig current = config;
        List<String> urls = loop.isPresent() ? urls(current) : List.of();
        if (urls.isEmpty()) return List.of();
        int asked = current.ttlSeconds();
        Optional<Issued> issued = credentials.issue(participantSid, asked <= 0 ? DEFAULT_TTL_SECONDS : Math.min(asked, MAX_TTL_SECONDS));
        if (issued.isEmpty()) LOG.warn("participant {} gets no TURN server: there is no API key to make its credentials of", participantSid);
        return issued.map(made -> ICEServer.newBuilder().addAllUrls(urls).setUsername(made.username()).setCredential(made.password()).build()).stream().toList();
    }

    @Override
    public boolean isRelay(TransportAddress address) {
        return loop.isPresent() && loop.get().relaysFrom(address.port()) && ours.contains(address.address());
    }

    private List<String> urls(TurnConfig config) {
        List<String> urls = new ArrayList<>();
        for (RelayAddress relay : config.udpPort() == 0 ? List.<RelayAddress>of() : settings(config).relays())
            urls.add("turn:" + host(relay.said()) + ":" + config.udpPort() + "?transport=udp");
        if (config.tlsPort() != 0) urls.add("turns:" + config.domain() + ":" + PUBLIC_TLS_PORT + "?transport=tcp");
        return urls;
    }

    private static String host(InetAddress address) {
        return isIpv4(address) ? address.getHostAddress() : "[" + address.getHostAddress() + "]";
    }

    @Deactivate
    void close() {
        loop.ifPresent(TurnLoop::close);
    }
}
