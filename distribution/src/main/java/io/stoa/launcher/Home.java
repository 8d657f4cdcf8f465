package io.stoa.launcher;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The folder of the distribution.
 *
 * @param root holds {@code bundles}, {@code conf}, {@code features}, {@code plugins}
 */
record Home(Path root) {
    static Home find() throws StartException {
        String root = System.getProperty("stoa.home");
        if (root == null) throw new StartException("the property stoa.home is not set: start the server with bin/stoa");
        Home home = new Home(Path.of(root).toAbsolutePath().normalize());
        if (!Files.isDirectory(home.bundles())) throw new StartException(home.bundles() + " is missing: the distribution is incomplete");
        return home;
    }

    Path bundles() {
        return root.resolve("bundles");
    }

    Path features() {
        return root.resolve("features");
    }

    /** What is dropped here is installed. Another place can be named for distributions that cannot be written to. */
    Path plugins() {
        return folder("STOA_PLUGINS", "plugins");
    }

    /** Where the running server writes its status. */
    Path run() {
        return folder("STOA_RUN", "run");
    }

    /** What must outlive the server, and is not to be deleted. */
    Path data() {
        return folder("STOA_DATA", "data");
    }

    private Path folder(String variable, String name) {
        String given = System.getenv(variable);
        return given == null || given.isBlank() ? root.resolve(name) : Path.of(given).toAbsolutePath();
    }
}
