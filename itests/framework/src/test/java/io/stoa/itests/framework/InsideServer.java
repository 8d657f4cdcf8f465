package io.stoa.itests.framework;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.ops4j.pax.exam.ExamSystem;
import org.ops4j.pax.exam.TestProbeBuilder;
import org.ops4j.pax.exam.nat.internal.NativeTestContainer;
import org.ops4j.pax.exam.nat.internal.NativeTestContainerFactory;
import org.ops4j.pax.exam.spi.DefaultExamSystem;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/**
 * Runs the tests of a class inside a server of their own: Pax Exam boots the distribution's bundles on Felix and makes a bundle of the
 * test classes; whatever JUnit is about to invoke on the instance outside, its twin inside is invoked instead.
 *
 * <p>The instance outside is a shell: its constructor is given null for the {@link Server}. The twin's constructor is given the server,
 * and there is a new twin for every test. Arguments of parameterized tests must be of types of the JDK.
 */
final class InsideServer implements BeforeAllCallback, AfterAllCallback, BeforeEachCallback, InvocationInterceptor, ParameterResolver {
    private static final Namespace HERE = Namespace.create(InsideServer.class);

    /** A running framework with the probe in it. */
    private record House(NativeTestContainer container, Bundle probe, Path work) {
        Object twin(Class<?> outside) throws ReflectiveOperationException {
            Class<?> inside = probe.loadClass(outside.getName());
            Class<?> server = probe.loadClass(Server.class.getName());
            Constructor<?> ofServer = server.getDeclaredConstructor(BundleContext.class);
            Constructor<?> ofTest = inside.getDeclaredConstructor(server);
            ofServer.setAccessible(true);
            ofTest.setAccessible(true);
            return ofTest.newInstance(ofServer.newInstance(probe.getBundleContext()));
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        Class<?> tests = context.getRequiredTestClass();
        Path work = Files.createTempDirectory(Files.createDirectories(Path.of("target", "servers")).toAbsolutePath(), tests.getSimpleName() + "-");
        ExamSystem system = DefaultExamSystem.create(Distribution.options(work));
        NativeTestContainer container = (NativeTestContainer) new NativeTestContainerFactory().create(system)[0];
        container.start();
        TestProbeBuilder probe = system.createProbe();
        probe.addTest(tests);
        try (InputStream jar = probe.build().getStream()) {
            long id = container.install("probe", jar);
            if (id < 0) throw new IllegalStateException("the bundle with the tests does not start");
            House house = new House(container, container.getSystemBundle().getBundleContext().getBundle(id), work);
            context.getStore(HERE).put(House.class, house);
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        House house = context.getStore(HERE).get(House.class, House.class);
        if (house == null) return;
        house.container.stop();
        try (Stream<Path> files = Files.walk(house.work)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(file);
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        House house = context.getStore(HERE).get(House.class, House.class);
        context.getStore(HERE).put(Method.class, house.twin(context.getRequiredTestClass()));
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Server.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return null;
    }

    @Override
    public void interceptBeforeEachMethod(Invocation<Void> outer, ReflectiveInvocationContext<Method> method, ExtensionContext context) throws Throwable {
        inside(outer, method, context);
    }

    @Override
    public void interceptTestMethod(Invocation<Void> outer, ReflectiveInvocationContext<Method> method, ExtensionContext context) throws Throwable {
        inside(outer, method, context);
    }

    @Override
    public void interceptTestTemplateMethod(Invocation<Void> outer, ReflectiveInvocationContext<Method> method, ExtensionContext context) throws Throwable {
        inside(outer, method, context);
    }

    @Override
    public void interceptAfterEachMethod(Invocation<Void> outer, ReflectiveInvocationContext<Method> method, ExtensionContext context) throws Throwable {
        inside(outer, method, context);
    }

    private static void inside(Invocation<Void> outer, ReflectiveInvocationContext<Method> method, ExtensionContext context) throws Throwable {
        outer.skip();
        Object twin = context.getStore(HERE).get(Method.class);
        List<Object> arguments = method.getArguments();
        Method same = Arrays.stream(twin.getClass().getDeclaredMethods())
                .filter(one -> one.getName().equals(method.getExecutable().getName()) && one.getParameterCount() == arguments.size())
                .findFirst()
                .orElseThrow();
        same.setAccessible(true);
        try {
            same.invoke(twin, arguments.toArray());
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
