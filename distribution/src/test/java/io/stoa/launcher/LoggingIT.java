package io.stoa.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What conf/logging.properties makes of the libraries that speak java.util.logging. */
class LoggingIT {
    private static final Path HOME = Path.of(System.getProperty("stoa.distribution"));
    private static final String UNUSED_PROVIDER = "org.jitsi.srtp.crypto.JitsiOpenSslProvider";

    private final List<String> logged = new ArrayList<>();

    @AfterEach
    void restore() throws IOException {
        LogManager.getLogManager().readConfiguration();
    }

    @Test
    void a_native_library_that_is_not_used_on_purpose_is_not_complained_of() throws Exception {
        configure(".level = WARNING");
        load(UNUSED_PROVIDER);
        assertThat(logged).as("what the library says by itself").contains("Unable to load jitsisrtp");
        logged.clear();
        configure(Files.readString(HOME.resolve("conf/logging.properties")));
        load(UNUSED_PROVIDER);
        Logger.getLogger(UNUSED_PROVIDER).severe("really broken");
        Logger.getLogger("org.jitsi.srtp").warning("strange");
        assertThat(logged).containsExactly("really broken", "strange");
    }

    private void configure(String properties) throws IOException {
        try (InputStream in = new ByteArrayInputStream(properties.replace("handlers =", "#").getBytes())) {
            LogManager.getLogManager().readConfiguration(in);
        }
        Logger.getLogger("").addHandler(new Handler() {
            @Override
            public void publish(LogRecord entry) {
                logged.add(entry.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        });
    }

    /** The class, each time anew, by a loader that like the server's finds no native library in the bundle. */
    private static void load(String name) throws Exception {
        List<URL> bundles = new ArrayList<>();
        try (Stream<Path> files = Files.list(HOME.resolve("bundles"))) {
            files.forEach(file -> bundles.add(url(file)));
        }
        try (URLClassLoader loader = new URLClassLoader(bundles.toArray(URL[]::new), ClassLoader.getPlatformClassLoader()) {
            @Override
            public URL getResource(String path) {
                return path.contains("libjitsisrtp") ? null : super.getResource(path);
            }
        }) {
            Class.forName(name, true, loader);
        }
    }

    private static URL url(Path file) {
        try {
            return file.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
