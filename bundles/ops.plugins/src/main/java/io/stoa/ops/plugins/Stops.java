package io.stoa.ops.plugins;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;

/**
 * Stops and starts a part on an operator's word. What is stopped stays so, whatever becomes of other parts, until it is started, another jar
 * of it is put into the plug-ins folder, or the server starts.
 */
final class Stops {
    static final String STOP = "stop <bundle>";
    static final String START = "start <bundle>";
    /** Without these nobody could start anything again. */
    private static final Set<String> KEPT = Set.of("io.stoa.ops.plugins", "io.stoa.ops.shell");

    private final Bundles bundles;
    private final Succession succession;

    Stops(Bundles bundles, Succession succession) {
        this.bundles = bundles;
        this.succession = succession;
    }

    String stop(String... words) throws BundleException {
        List<Bundle> all = named(STOP, words);
        String name = all.getFirst().getSymbolicName();
        if (KEPT.contains(name)) throw new IllegalStateException(name + " is not stopped: nothing could be started again");
        List<Bundle> working = all.stream().filter(Bundles::isActive).toList();
        if (working.isEmpty()) return name + " is stopped already";
        if (Manner.of(working.getFirst()) == Manner.RESTART) throw new IllegalStateException(name + " is not stopped: it does nothing by itself, others use its classes");
        succession.hindrance(working.getFirst()).ifPresent(why -> {
            throw new IllegalStateException(why);
        });
        succession.rest(name);
        for (Bundle one : working) one.stop(bundles.isPlugin(one) ? 0 : Bundle.STOP_TRANSIENT); // the file installer starts what is stopped only for now
        return Bundles.name(working.getFirst()) + " has stopped; \"start " + words[0] + "\" starts it again, and so does the server's next start";
    }

    /** The plug-in that would be at work, or else the shipped one. */
    String start(String... words) throws BundleException, InterruptedException {
        List<Bundle> all = named(START, words);
        if (all.stream().anyMatch(Bundles::isActive)) return all.getFirst().getSymbolicName() + " is started already";
        Bundle next = all.stream().filter(bundles::isPlugin).max(Comparator.comparing(Bundle::getVersion)).orElse(all.getFirst());
        succession.goOn(next.getSymbolicName());
        next.start(bundles.isPlugin(next) ? Bundle.START_ACTIVATION_POLICY : Bundle.START_ACTIVATION_POLICY | Bundle.START_TRANSIENT);
        return succession.awaitSound(next).map(fault -> Bundles.name(next) + " has started and is not at work: " + fault).orElse(Bundles.name(next) + " is at work");
    }

    private List<Bundle> named(String usage, String... words) {
        if (words.length != 1 || words[0].startsWith("-")) throw new IllegalArgumentException("usage: " + usage);
        return bundles.named(words[0]);
    }
}
