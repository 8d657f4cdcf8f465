package io.stoa.ops.config;

import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;

/** What the lifecycle of the server needs to know of the settings. Empty until they are read. */
@Component(service = ServerSettings.class, immediate = true)
public final class ServerSettings {
    private volatile Settings settings;

    void settings(Settings current) {
        settings = current;
    }

    public boolean known() {
        return settings != null;
    }

    public boolean dev() {
        return settings != null && settings.dev();
    }

    public int port() {
        return settings == null ? 0 : (int) settings.number("port");
    }

    /** Where HTTP listens; empty = everywhere. */
    public List<String> bindAddresses() {
        return settings == null ? List.of() : settings.list("bind_addresses").stream().map(String.class::cast).toList();
    }

    /** The key and secret of {@code --dev}, which are no secret; empty if others are configured. */
    public Optional<String> devKey() {
        boolean wellKnown = settings != null && settings.dev() && "secret".equals(settings.keys().get("devkey"));
        return wellKnown ? Optional.of("devkey") : Optional.empty();
    }
}
