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
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.Version;
import org.osgi.framework.wiring.BundleWire;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.service.component.runtime.ServiceComponentRuntime;

/** Who yields to whom. */
class SuccessionTest {
    static final Path FOLDER = Path.of("/server/plugins");

    final List<FakeBundle> installed = new ArrayList<>();
    boolean created = true;
    int guests;
    long ids;
    final FakeBundle whoAsks = new FakeBundle("reference:file:/server/bundles/ops.plugins.jar", "ops.plugins", "1.0.0");
    final BundleContext context = fake(BundleContext.class, (proxy, method, arguments) -> switch (method.getName()) {
        case "getBundle" -> whoAsks.bundle();
        case "getBundles" -> installed.stream().map(FakeBundle::bundle).toArray(Bundle[]::new);
        case "getService" -> created ? this : null;
        case "ungetService" -> true;
        default -> throw new UnsupportedOperationException(method.getName());
    });
    final Succession succession = new Succession(context, new Bundles(context, FOLDER), new Soundness(
            fake(ServiceComponentRuntime.class, (proxy, method, arguments) -> List.of())), () -> guests);

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
    void what_an_operator_wants_wins_over_higher_versions() throws Exception {
        FakeBundle newer = plugin("forward", "2.0.0");
        FakeBundle wanted = plugin("forward", "1.0.0");
        succession.prefer("forward", newer.location);
        succession.prefer("forward", wanted.location);
        succession.takeOver(newer.bundle());
        assertThat(wanted.state).isEqualTo(Bundle.ACTIVE);
        succession.takeOver(wanted.bundle());
        assertThat(newer.state).isEqualTo(Bundle.RESOLVED);
    }

    @Test
    void what_only_one_can_have_is_given_first_and_given_back_if_the_new_one_fails() throws Exception {
        FakeBundle shipped = shipped("http", "1.0.0").swapped("alone");
        FakeBundle plugin = plugin("http", "2.0.0").swapped("alone");
        succession.takeOver(plugin.bundle());
        assertThat(shipped.state).isEqualTo(Bundle.RESOLVED);
        assertThat(plugin.state).isEqualTo(Bundle.ACTIVE);
        assertThat(succession.fault(plugin.bundle())).isEmpty();

        FakeBundle broken = plugin("http", "3.0.0").swapped("alone");
        broken.failure = new BundleException("no", new IllegalStateException("a bug"));
        succession.takeOver(broken.bundle());
        assertThat(plugin.state).isEqualTo(Bundle.ACTIVE);
        assertThat(broken.state).isEqualTo(Bundle.RESOLVED);
        assertThat(succession.fault(broken.bundle())).contains("its start failed: IllegalStateException: a bug");

        broken.state = Bundle.ACTIVE;
        int starts = plugin.starts;
        succession.takeOver(broken.bundle());
        assertThat(plugin.starts).as("it is not tried again at the cost of those who are served").isEqualTo(starts);
    }

    @Test
    void who_goes_during_its_turn_leaves_the_shipped_one_at_work() throws Exception {
        FakeBundle shipped = shipped("transport", "1.0.0").swapped("alone");
        FakeBundle plugin = plugin("transport", "2.0.0").swapped("alone");
        plugin.whenItsServicesAreAskedFor = () -> {
            plugin.state = Bundle.UNINSTALLED;
            succession.comeBack(plugin.bundle());
        };
        succession.takeOver(plugin.bundle());
        assertThat(shipped.state).isEqualTo(Bundle.ACTIVE);
    }

    @Test
    void the_media_plane_is_not_taken_from_people() throws Exception {
        FakeBundle shipped = shipped("media", "1.0.0").swapped("drained");
        FakeBundle plugin = plugin("media", "2.0.0").swapped("drained");
        guests = 2;
        succession.takeOver(plugin.bundle());
        assertThat(shipped.state).isEqualTo(Bundle.ACTIVE);
        assertThat(succession.fault(plugin.bundle()).orElseThrow()).startsWith("2 participants would be thrown out");
        guests = 0;
        succession.takeOver(plugin.bundle());
        assertThat(shipped.state).isEqualTo(Bundle.RESOLVED);
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

    @Test
    void nobody_comes_back_while_a_plugin_is_wired_anew_except_for_who_asks() {
        FakeBundle shipped = shipped("edge.rtc", "1.0.0");
        FakeBundle plugin = plugin("edge.rtc", "2.0.0");
        BundleWiring gone = fake(BundleWiring.class, (proxy, method, arguments) -> false);
        BundleWire wire = fake(BundleWire.class, (proxy, method, arguments) -> gone);
        plugin.wiring = fake(BundleWiring.class, (proxy, method, arguments) -> List.of(wire));
        shipped.state = Bundle.RESOLVED;
        succession.comeBack(plugin.bundle());
        assertThat(shipped.starts).isZero();

        whoAsks.wiring = plugin.wiring;
        FakeBundle itself = shipped("ops.plugins", "1.0.0");
        itself.state = Bundle.RESOLVED;
        succession.comeBack(whoAsks.bundle());
        assertThat(itself.state).as("afterwards nobody would do it").isEqualTo(Bundle.ACTIVE);
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
    private final class FakeBundle {
        final String location;
        final String name;
        final Version version;
        final Bundle bundle;
        int state = Bundle.ACTIVE;
        int starts;
        ServiceReference<?>[] services;
        Runnable whenItsServicesAreAskedFor = () -> {};
        BundleException failure;
        BundleWiring wiring;
        final Hashtable<String, String> headers = new Hashtable<>();
        final long id = ids++;

        FakeBundle(String location, String name, String version) {
            this.location = location;
            this.name = name;
            this.version = new Version(version);
            bundle = fake(Bundle.class, (proxy, method, arguments) -> switch (method.getName()) {
                case "getLocation" -> this.location;
                case "getSymbolicName" -> this.name;
                case "getVersion" -> this.version;
                case "getState" -> state;
                case "getHeaders" -> headers;
                case "getRegisteredServices" -> {
                    whenItsServicesAreAskedFor.run();
                    yield services;
                }
                case "getBundleId" -> id;
                case "getLastModified" -> 0L;
                case "adapt" -> arguments[0] == BundleWiring.class ? wiring : null;
                case "stop" -> state = Bundle.RESOLVED;
                case "start" -> {
                    if (failure != null) throw failure;
                    starts++;
                    yield state = Bundle.ACTIVE;
                }
                default -> throw new UnsupportedOperationException(method.getName());
            });
        }

        /** With a component, and said to be swapped in this manner. */
        FakeBundle swapped(String manner) {
            headers.put("Service-Component", "");
            headers.put("Stoa-Swap", manner);
            return this;
        }

        Bundle bundle() {
            return bundle;
        }
    }
}
