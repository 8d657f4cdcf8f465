package io.stoa.ops.shell;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Which of the parts that come in several kinds carry, protect and forward packets now, and which could. */
@Component(service = EngineCommands.class, property = {"osgi.command.scope=stoa", "osgi.command.function=engines"})
public final class EngineCommands {
    private static final String USAGE = "engines [--json]";
    /** By name: what they are is not the shell's business. */
    private static final Map<String, String> CONTRACTS =
            Map.of("io.stoa.media.PacketIo", "packets", "io.stoa.srtp.SrtpEngine", "protection", "io.stoa.media.ForwardingEngine", "forwarding");
    /** What a part says of how it was chosen. */
    private static final String TRIAL = "stoa.trial";

    private final BundleContext bundles;

    @Activate
    public EngineCommands(BundleContext bundles) {
        this.bundles = bundles;
    }

    public String engines(String... arguments) throws InvalidSyntaxException {
        Request request = Request.parse(USAGE, 0, arguments);
        Table table = new Table("for", "bundle", "version", "ranking", "at work", "trial");
        for (String contract : CONTRACTS.keySet().stream().sorted(Comparator.comparing(CONTRACTS::get)).toList()) {
            ServiceReference<?>[] found = bundles.getAllServiceReferences(contract, null);
            if (found == null) continue;
            for (ServiceReference<?> one : List.of(found).stream().sorted(Comparator.reverseOrder()).toList())
                table.row(CONTRACTS.get(contract), one.getBundle().getSymbolicName(), one.getBundle().getVersion().toString(), ranking(one),
                        one.getUsingBundles() != null, one.getProperty(TRIAL) instanceof String said ? said : "");
        }
        return request.json() ? table.json() : table.text("no engine of any kind is there");
    }

    private static int ranking(ServiceReference<?> one) {
        return one.getProperty(Constants.SERVICE_RANKING) instanceof Integer ranking ? ranking : 0;
    }
}
