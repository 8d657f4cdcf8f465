package io.stoa.launcher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;

/**
 * What the launcher would install, and with which properties it would start the framework: asked of the launcher itself, so that tests
 * run what the distribution runs.
 *
 * @param bundles in the order of installation
 * @param properties of the framework
 */
public record Provision(List<BundleAt> bundles, Map<String, String> properties) {
    /** @param url as the launcher names the file to the framework */
    public record BundleAt(String url, int startLevel, boolean fragment) {
        private static BundleAt of(Profile.BundleFile bundle) {
            try (JarFile jar = new JarFile(bundle.file().toFile())) {
                boolean fragment = jar.getManifest().getMainAttributes().getValue("Fragment-Host") != null;
                return new BundleAt("reference:" + bundle.file().toUri(), bundle.startLevel(), fragment);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    public static Provision of(Path home, Path storage, String... arguments) throws Exception {
        Home place = new Home(home);
        List<BundleAt> bundles = Profile.read(place, "standalone").bundles().stream().map(BundleAt::of).toList();
        return new Provision(bundles, Launcher.properties(place, storage, arguments));
    }

    public static int startLevel() {
        return Profile.APPLICATION_LEVEL;
    }
}
