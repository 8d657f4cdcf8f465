package io.stoa.ops.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.Version;

class EngineCommandsTest {
    final Map<String, ServiceReference<?>[]> services = new HashMap<>();
    final EngineCommands commands = new EngineCommands(fake(BundleContext.class, (method, arguments) -> services.get((String) arguments[0])));

    interface Call {
        Object on(String method, Object[] arguments);
    }

    static <T> T fake(Class<T> type, Call call) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> call.on(method.getName(), arguments)));
    }

    static ServiceReference<?> service(String bundle, Integer ranking, boolean used, String trial) {
        Bundle owner = fake(Bundle.class, (method, arguments) -> method.equals("getVersion") ? new Version("0.1.0") : bundle);
        return fake(ServiceReference.class, (method, arguments) -> switch (method) {
            case "getBundle" -> owner;
            case "getUsingBundles" -> used ? new Bundle[] {owner} : null;
            case "getProperty" -> arguments[0].equals("service.ranking") ? ranking : trial;
            case "compareTo" -> ranking == null ? 0 : ranking.compareTo((Integer) ((ServiceReference<?>) arguments[0]).getProperty("service.ranking"));
            default -> throw new AssertionError(method);
        });
    }

    @Test
    void the_best_of_each_kind_comes_first_with_what_was_measured() throws Exception {
        services.put("io.stoa.srtp.SrtpEngine", new ServiceReference<?>[] {
            service("io.stoa.srtp.portable", -100, false, null), service("io.stoa.srtp.linux", 100, true, "first choice, 500 ns per packet"),
        });
        services.put("io.stoa.media.PacketIo", new ServiceReference<?>[] {service("io.stoa.transport", null, true, null)});
        assertThat(commands.engines().lines()).containsExactly(
                "FOR         BUNDLE                 VERSION  RANKING  AT WORK  TRIAL",
                "packets     io.stoa.transport      0.1.0    0        yes      -",
                "protection  io.stoa.srtp.linux     0.1.0    100      yes      first choice, 500 ns per packet",
                "protection  io.stoa.srtp.portable  0.1.0    -100     no       -");
        assertThat(commands.engines("--json")).contains("\"atWork\": true", "\"ranking\": -100");
    }

    @Test
    void nothing_at_all_is_said_so() throws Exception {
        assertThat(commands.engines()).isEqualTo("no engine of any kind is there");
        assertThatThrownBy(() -> commands.engines("all")).hasMessage("usage: engines [--json]");
    }
}
