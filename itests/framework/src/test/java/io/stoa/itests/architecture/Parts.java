package io.stoa.itests.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The bundles as the picture in README.md draws them, and their compiled classes. A class belongs to the bundle whose folder it was
 * compiled into; packages are not asked, because the short noun is the contract's ({@code io.stoa.media} is the package of
 * {@code media.api}).
 */
final class Parts {
    /** The picture, from the bottom up. */
    static final List<Set<String>> LAYERS = List.of(
            Set.of("base", "protocol"),
            Set.of("room.api", "store.api", "cluster.api", "media.api"),
            Set.of("ice", "dtls", "srtp", "rtp", "sctp", "sdp", "bwe", "peer", "turn"),
            Set.of("auth", "http", "rpc", "lettuce", "redis", "store.records"),
            Set.of("bus.redis", "store.memory", "store.file", "store.redis", "handover", "transport", "srtp.portable", "forward", "turn.server"),
            Set.of("signal", "room", "cluster", "media"),
            Set.of("service.room", "service.egress", "service.ingress", "service.sip"),
            Set.of("edge.twirp", "edge.rtc", "ops.config", "ops.plugins", "ops.shell", "ops.webhook", "ops.store"));

    /** The arrows within a layer. */
    static final Map<String, Set<String>> SIDEWAYS =
            Map.of("http", Set.of("auth"), "rpc", Set.of("auth"), "redis", Set.of("auth"), "turn", Set.of("ice"), "peer", Set.of("ice", "dtls", "srtp", "rtp", "sctp", "sdp", "bwe"));

    /** Somebody else's classes, with the headers of a bundle. */
    static final Set<String> WRAPPED = Set.of("lettuce");

    static final Set<String> CONTRACTS = LAYERS.get(1);
    static final Set<String> PROTOCOLS = LAYERS.get(2);
    static final Set<String> INFRASTRUCTURE = LAYERS.get(3);

    private static final Pattern FOLDER = Pattern.compile("/bundles/([a-z.]+)/target/classes/");
    /** Made by the protobuf compiler. */
    private static final ImportOption WRITTEN_BY_US = location -> !location.matches(Pattern.compile(".*/io/stoa/protocol/(livekit|psrpc|rpc|logger|handover)/.*"));
    private static final ImportOption OURS = location -> location.contains("/io/stoa/");

    private final JavaClasses classes;
    private final Map<String, String> bundles = new HashMap<>();

    private Parts(JavaClasses classes) {
        this.classes = classes;
        for (JavaClass one : classes) bundles.put(one.getName(), bundleOf(one).orElseThrow());
    }

    static Parts read() throws IOException {
        List<Path> folders;
        try (Stream<Path> all = Files.list(folder())) {
            folders = all.map(bundle -> bundle.resolve("target/classes")).filter(Files::isDirectory).toList();
        }
        return new Parts(new ClassFileImporter().withImportOption(OURS).withImportOption(WRITTEN_BY_US).importPaths(folders));
    }

    static Path folder() {
        return Path.of("../../bundles").toAbsolutePath().normalize();
    }

    static Set<String> folders() throws IOException {
        try (Stream<Path> all = Files.list(folder())) {
            return all.filter(bundle -> Files.exists(bundle.resolve("pom.xml"))).map(bundle -> bundle.getFileName().toString()).collect(TreeSet::new, Set::add, Set::addAll);
        }
    }

    JavaClasses classes() {
        return classes;
    }

    /** The bundle of one of our classes; empty for others. What the protobuf compiler made is {@code protocol}'s. */
    Optional<String> bundle(JavaClass one) {
        JavaClass element = one.getBaseComponentType();
        if (element.getPackageName().startsWith("io.stoa.protocol")) return Optional.of("protocol");
        return Optional.ofNullable(bundles.get(element.getName()));
    }

    private static Optional<String> bundleOf(JavaClass one) {
        return one.getSource().map(source -> FOLDER.matcher(source.getUri().toString())).filter(Matcher::find).map(match -> match.group(1));
    }

    static int layer(String bundle) {
        for (int i = 0; i < LAYERS.size(); i++) if (LAYERS.get(i).contains(bundle)) return i;
        throw new IllegalArgumentException("bundle " + bundle + " is not in the picture");
    }

    /** Whether an arrow may lead from one bundle to another. */
    static boolean arrow(String from, String to) {
        return from.equals(to) || layer(to) < layer(from) || SIDEWAYS.getOrDefault(from, Set.of()).contains(to);
    }
}
