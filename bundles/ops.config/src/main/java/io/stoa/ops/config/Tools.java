package io.stoa.ops.config;

import io.stoa.auth.AccessTokens;
import io.stoa.auth.Claims;
import io.stoa.auth.VideoGrant;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.jar.Manifest;
import java.util.random.RandomGenerator;

/** The commands of {@code bin/stoa} that need no framework (spec 11.3): text out, and an exit status. */
public final class Tools {
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final int KEY_LENGTH = 12;
    private static final int SECRET_LENGTH = 43; // as many bits as SHA-256 has
    private static final Duration TOKEN_LIFE = Duration.ofDays(30);

    private final KeyTable table = KeyTable.load();
    private final Map<String, String> environment;
    private final Path run;
    private final RandomGenerator random;
    private final PrintStream out;

    /** @param run where a running server keeps its status */
    Tools(Map<String, String> environment, Path run, RandomGenerator random, PrintStream out) {
        this.environment = environment;
        this.run = run;
        this.random = random;
        this.out = out;
    }

    /** Of {@code bin/stoa}. */
    public static void main(String[] arguments) {
        Map<String, String> environment = System.getenv();
        String folder = environment.getOrDefault("STOA_RUN", "");
        Path run = folder.isBlank() ? Path.of(System.getProperty("stoa.home", "."), "run") : Path.of(folder);
        try {
            int status = new Tools(environment, run, new SecureRandom(), System.out).run(List.of(arguments));
            if (status != 0) System.exit(status);
        } catch (ConfigException e) {
            System.err.println("stoa: " + e.getMessage());
            System.exit(1);
        }
    }

    /**
     * @return the exit status
     * @throws ConfigException saying what is wrong with the command, its options or the settings
     */
    int run(List<String> arguments) throws ConfigException {
        Invocation invocation = Invocation.parse(table, arguments);
        ShellTool shell = new ShellTool(run, out, System.err);
        return switch (invocation.command()) {
            case "shell" -> shell.shell(invocation.words());
            case "status" -> shell.status();
            case "list-nodes" -> shell.shell(List.of("nodes"));
            case "why" -> shell.why(invocation.words());
            default -> {
                alone(invocation);
                yield 0;
            }
        };
    }

    /** What needs no running server. */
    private void alone(Invocation invocation) throws ConfigException {
        switch (invocation.command()) {
            case "generate-keys" -> generateKeys();
            case "create-join-token" -> createJoinToken(invocation);
            case "ports" -> ports(invocation);
            case "help" -> out.print(Help.brief());
            case "help-verbose" -> out.print(Help.verbose(table));
            case "version" -> out.println("stoa version " + version());
            default -> throw new ConfigException("\"" + invocation.command() + "\" is no command; bin/stoa --help lists them");
        }
    }

    private void generateKeys() {
        out.println("API Key:  API" + letters(KEY_LENGTH));
        out.println("API Secret:  " + letters(SECRET_LENGTH));
    }

    private String letters(int count) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        return text.toString();
    }

    private void createJoinToken(Invocation invocation) throws ConfigException {
        String identity = invocation.option("identity");
        String room = invocation.option("room");
        Settings settings = loader(invocation).load();
        Map.Entry<String, String> key = settings.keys().entrySet().iterator().next();
        VideoGrant grant = VideoGrant.join(room);
        if (invocation.on("recorder")) grant = recorder(grant);
        out.println("Token: " + AccessTokens.mint(Claims.of(identity, grant), key.getKey(), key.getValue(), Instant.now(), TOKEN_LIFE));
    }

    /** Sees and hears, is not seen, and says nothing. */
    private static VideoGrant recorder(VideoGrant join) {
        return new VideoGrant(false, false, false, false, true, join.room(), "", false, true, false, List.of(), null, false, true, true, false, null, null);
    }

    private void ports(Invocation invocation) throws ConfigException {
        Settings settings = loader(invocation).loadWithoutKeys();
        out.println("TCP Ports");
        out.println(settings.number("port") + " - HTTP service");
        if (settings.number("rtc.tcp_port") > 0) out.println(settings.number("rtc.tcp_port") + " - ICE/TCP");
        if (settings.flag("rtc.force_tcp")) return;
        out.println();
        out.println("UDP Ports");
        String mux = settings.text("rtc.udp_port").orElse("");
        if (mux.isEmpty()) out.println(settings.number("rtc.port_range_start") + "-" + settings.number("rtc.port_range_end") + " - ICE/UDP range");
        else out.println(mux + " - ICE/UDP");
    }

    private SettingsLoader loader(Invocation invocation) {
        return new SettingsLoader(table, invocation.server(), environment);
    }

    static String version() {
        String path = Tools.class.getName().replace('.', '/') + ".class";
        URI manifest = URI.create(Tools.class.getClassLoader().getResource(path).toString().replace(path, "META-INF/MANIFEST.MF"));
        try (InputStream in = manifest.toURL().openStream()) {
            return new Manifest(in).getMainAttributes().getValue("Bundle-Version");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
