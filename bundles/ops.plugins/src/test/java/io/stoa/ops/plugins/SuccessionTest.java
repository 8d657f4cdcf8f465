package io.stoa.ops.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.Version;
import org.osgi.service.component.runtime.ServiceComponentRuntime;

/** Who yields to whom. */
class SuccessionTest {
    static final Path FOLDER = Path.of("/server/plugins");

    final List<FakeBundle> installed = new ArrayList<>();
    boolean created = true;
    final BundleContext context = fake(BundleContext.class, (proxy, method, arguments) -> switch (method.getName()) {
        case "getBundles" -> installed.stream().map(FakeBundle::bundle).toArray(Bundle[]::new);
        case "getService" -> created ? this : null;
        case "ungetService" -> true;
        default -> throw new UnsupportedOperationException(method.getName());
    });
    final Succession succession = new Succession(context, new Bundles(context, FOLDER), new Soundness(
            fake(ServiceComponentRuntime.class, (proxy, method, arguments) -> List.of())));

    @Test
    void a_shipped_bundle_yields_to_a_plugin_of_any_version() throws Exception {
        for (String version : new String[] {"2.0.0", "1.0.0", "0.5.0"}) {
            installed.clear();
            FakeBundle shipped = shipped("forward", "1.0.0");
            FakeBundle plugin = plugin("forward", version);
            succession.takeOver(plugin.bundle());
            assertThat(shipped.state).as("with plug-in %s", version).isEqualTo(Bundle.RESOLVED);
            assertThat(plugin.state).isEqualTo(Bundle.ACTIVE);
        }
    }

    @Test
    void a_plugin_yields_to_a_plugin_of_a_higher_version_only() throws Exception {
        FakeBundle older = plugin("forward", "1.0.0");
        FakeBundle newer = plugin("forward", "2.0.0");
        succession.takeOver(older.bundle());
        assertThat(newer.state).isEqualTo(Bundle.ACTIVE);
        succession.takeOver(newer.bundle());
        assertThat(older.state).isEqualTo(Bundle.RESOLVED);
    }

    @Test
    void bundles_of_other_names_have_nothing_to_do_with_it() throws Exception {
        FakeBundle shipped = shipped("media", "1.0.0");
        succession.takeOver(plugin("forward", "2.0.0").bundle());
        assertThat(shipped.state).isEqualTo(Bundle.ACTIVE);
    }

    @Test
    void a_plugin_whose_service_cannot_be_created_does_not_take_over() throws Exception {
        FakeBundle shipped = shipped("forward", "1.0.0");
        FakeBundle plugin = plugin("forward", "2.0.0");
        plugin.services = new ServiceReference<?>[] {fake(ServiceReference.class, (proxy, method, arguments) -> null)};
        created = false;
        succession.takeOver(plugin.bundle());
        assertThat(shipped.state).isEqualTo(Bundle.ACTIVE);
        created = true;
        succession.takeOver(plugin.bundle());
        assertThat(shipped.state).isEqualTo(Bundle.RESOLVED);
    }

    @Test
    void a_plugin_that_is_not_active_changes_nothing() throws Exception {
        FakeBundle shipped = shipped("forward", "1.0.0");
        FakeBundle plugin = plugin("forward", "2.0.0");
        plugin.state = Bundle.INSTALLED;
        succession.takeOver(plugin.bundle());
        assertThat(shipped.state).isEqualTo(Bundle.ACTIVE);
    }

    @Test
    void the_shipped_bundle_comes_back_once() {
        FakeBundle shipped = shipped("forward", "1.0.0");
        FakeBundle plugin = plugin("forward", "2.0.0");
        shipped.state = Bundle.RESOLVED;
        succession.comeBack(plugin.bundle());
        succession.comeBack(plugin.bundle());
        assertThat(shipped.starts).isEqualTo(1);
        assertThat(shipped.state).isEqualTo(Bundle.ACTIVE);
    }

    private FakeBundle shipped(String name, String version) {
        return add(new FakeBundle("reference:file:/server/bundles/" + name + ".jar", name, version));
    }

    private FakeBundle plugin(String name, String version) {
        return add(new FakeBundle("file:" + FOLDER + "/" + name + "-" + version + ".jar", name, version));
    }

    private FakeBundle add(FakeBundle bundle) {
        installed.add(bundle);
        return bundle;
    }

    private static <T> T fake(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> switch (method.getName()) {
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            case "toString" -> type.getSimpleName();
            default -> handler.invoke(proxy, method, arguments);
        }));
    }

    /** Name, version, state; starts and stops at once. */
    private static final class FakeBundle {
        final String location;
        final String name;
        final Version version;
        final Bundle bundle;
        int state = Bundle.ACTIVE;
        int starts;
        ServiceReference<?>[] services;

        FakeBundle(String location, String name, String version) {
            this.location = location;
            this.name = name;
            this.version = new Version(version);
            bundle = fake(Bundle.class, (proxy, method, arguments) -> switch (method.getName()) {
                case "getLocation" -> this.location;
                case "getSymbolicName" -> this.name;
                case "getVersion" -> this.version;
                case "getState" -> state;
                case "getHeaders" -> new Hashtable<String, String>();
                case "getRegisteredServices" -> services;
                case "getBundleId" -> 1L;
                case "getLastModified" -> 0L;
                case "adapt" -> null;
                case "stop" -> state = Bundle.RESOLVED;
                case "start" -> {
                    starts++;
                    yield state = Bundle.ACTIVE;
                }
                default -> throw new UnsupportedOperationException(method.getName());
            });
        }

        Bundle bundle() {
            return bundle;
        }
    }
}
