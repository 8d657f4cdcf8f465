package io.stoa.itests.framework;

import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;
import static org.ops4j.pax.exam.CoreOptions.frameworkStartLevel;
import static org.ops4j.pax.exam.CoreOptions.systemPackage;
import static org.ops4j.pax.exam.CoreOptions.systemPackages;

import io.stoa.launcher.Provision;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.util.ReflectionUtils;
import org.opentest4j.AssertionFailedError;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Constants;

/** The assembled server as options of Pax Exam: the folder that the build has made, started as its launcher starts it. */
final class Distribution {
    private Distribution() {}

    /** @param work where this server keeps what it writes, its plug-ins folder included */
    static Option[] options(Path work) throws Exception {
        int port = freeTcpPort();
        Provision provision = Provision.of(home(), work, "--dev", "--config-body", configuration(port));
        Map<String, String> properties = new HashMap<>(provision.properties());
        Path plugins = Files.createDirectories(work.resolve("plugins"));
        properties.put("felix.fileinstall.dir", plugins.toString());
        properties.put("stoa.plugins", plugins.toString());
        properties.put("stoa.data", work.resolve("data").toString());
        properties.put("stoa.run", work.resolve("run").toString());
        properties.put(Server.PORT, String.valueOf(port));
        properties.put(Server.WORK, work.toString());
        properties.put(Server.HOME, home().toString());

        List<Option> options = new ArrayList<>();
        // Pax Exam would replace what the launcher has the framework export by what it is told itself.
        options.add(systemPackage(properties.remove(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA)));
        properties.forEach((key, value) -> options.add(frameworkProperty(key).value(value)));
        provision.bundles().forEach(one -> options.add(bundle(one.url()).startLevel(one.startLevel()).start(!one.fragment())));
        options.add(frameworkStartLevel(Provision.startLevel()));
        options.add(systemPackages(testPackages()));
        return options.toArray(Option[]::new);
    }

    private static Path home() throws IOException {
        try (Stream<Path> folders = Files.list(Path.of("../../distribution/target"))) {
            return folders.filter(folder -> Files.isDirectory(folder.resolve("bundles")))
                    .findFirst()
                    .orElseThrow(() -> new IOException("distribution/target holds no assembled server: build the distribution first"))
                    .toAbsolutePath()
                    .normalize();
        }
    }

    private static String configuration(int port) throws IOException {
        return "port: " + port + "\nrtc: {udp_port: " + freeUdpPort() + ", tcp_port: " + freeTcpPort() + "}\n"
                + "turn: {enabled: true, udp_port: " + freeUdpPort() + "}\n";
    }

    private static int freeTcpPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static int freeUdpPort() throws IOException {
        try (DatagramSocket socket = new DatagramSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Tests inside share JUnit's and AssertJ's classes with those outside: then a failed assertion is one on both sides. */
    private static String[] testPackages() throws Exception {
        Set<String> packages = new TreeSet<>();
        for (Class<?> one : List.of(Test.class, Assertions.class, AssertionFailedError.class, ReflectionUtils.class)) packages.addAll(packagesOf(one));
        return packages.toArray(String[]::new);
    }

    private static Set<String> packagesOf(Class<?> one) throws Exception {
        Set<String> packages = new TreeSet<>();
        Path jar = Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI());
        try (FileSystem files = FileSystems.newFileSystem(jar); Stream<Path> all = Files.walk(files.getPath("/org"))) {
            all.filter(file -> file.toString().endsWith(".class")).forEach(file -> packages.add(file.getParent().toString().substring(1).replace('/', '.')));
        }
        return packages;
    }
}
