package io.stoa.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/**
 * What one receiver of 200 packets per second notices of swaps of what forwards, protects and carries packets: for each swap the longest time
 * without a packet, from 150 ms before it until 150 ms after it; and the same without a swap. With {@code --subscribers} more are in the room,
 * each of whom is sent as many packets.
 */
public final class SwapGaps {
    private static final String FORWARD = "io.stoa.forward";
    private static final String SRTP = "io.stoa.srtp.linux";
    private static final long PATIENCE_MILLIS = 10_000;
    private static final int AROUND_MILLIS = 150;

    private final Path home;
    private final Path plugins;
    private final Path status;
    private String bundle = FORWARD;
    private int count;
    private Path placed;
    private boolean netty;

    private SwapGaps(Path home, Path work) throws IOException {
        this.home = home;
        plugins = Files.createDirectories(work.resolve("plugins"));
        status = work.resolve("run/status");
    }

    /** @param arguments the server's folder, its port, how many swaps of each kind, how many receivers */
    public static void main(String[] arguments) throws Exception {
        Path work = Files.createTempDirectory("stoa-swaps");
        SwapGaps gaps = new SwapGaps(Path.of(arguments[0]), work);
        int port = Integer.parseInt(arguments[1]);
        Map<String, String> places = Map.of("STOA_PLUGINS", gaps.plugins.toString(), "STOA_RUN", work.resolve("run").toString(), "STOA_DATA", work.resolve("data").toString());
        LoadOptions options = LoadOptions.parse(new String[] {
            "--url", "ws://127.0.0.1:" + port, "--key", ServerUnderTest.KEY, "--secret", ServerUnderTest.SECRET,
            "--subscribers", arguments[3], "--video-publishers", "0", "--audio-interval", "5"});
        try (ServerUnderTest server = ServerUnderTest.start(gaps.home, port, "", places); LoadTest test = new LoadTest(options)) {
            test.begin();
            gaps.measure(test, Integer.parseInt(arguments[2]));
        } finally {
            try (Stream<Path> files = Files.walk(work)) {
                for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) Files.deleteIfExists(file);
            }
        }
        System.exit(0);
    }

    private interface Swap {
        void happen() throws Exception;
    }

    private void measure(LoadTest test, int swaps) throws Exception {
        System.out.printf("%-22s %6s %9s %9s %9s %9s%n", "ms", "swaps", "median", "p99", "longest", "lost");
        series("nothing", test, swaps, () -> Thread.sleep(500));
        series("forward, successor", test, swaps, this::succeed);
        series("forward, in place", test, swaps, this::update);
        Files.delete(placed);
        bundle = SRTP;
        placed = null;
        series("srtp.linux, successor", test, swaps, this::succeed);
        series("srtp.linux, in place", test, swaps, this::update);
        series("sockets", test, swaps, this::sockets);
    }

    private void series(String what, LoadTest test, int swaps, Swap swap) throws Exception {
        double[] millis = new double[swaps];
        long lost = test.lost();
        for (int i = 0; i < swaps; i++) {
            Thread.sleep(AROUND_MILLIS);
            test.takeLongestGap();
            Thread.sleep(AROUND_MILLIS);
            swap.happen();
            Thread.sleep(AROUND_MILLIS);
            millis[i] = test.takeLongestGap() / 1e6;
        }
        Arrays.sort(millis);
        System.out.printf(Locale.ROOT, "%-22s %6d %9.1f %9.1f %9.1f %9d%n", what, swaps, millis[swaps / 2], millis[(int) Math.ceil(swaps * 0.99) - 1], millis[swaps - 1],
                test.lost() - lost);
    }

    /** In a file of its own: it is started before the one at work is stopped. */
    private void succeed() throws Exception {
        Path before = placed;
        place(plugins.resolve(bundle + "-" + (count + 1) + ".jar"));
        if (before != null) Files.delete(before);
    }

    /** In the file of the one at work: that is stopped, then started as the next. */
    private void update() throws Exception {
        place(placed);
    }

    /** Netty's instead of our own, and back. */
    private void sockets() throws Exception {
        netty = !netty;
        ProcessBuilder shell = new ProcessBuilder(home.resolve("bin/stoa").toString(), "shell", "sockets", netty ? "netty" : "own");
        shell.environment().put("STOA_RUN", status.getParent().toString());
        Process said = shell.redirectErrorStream(true).start();
        String words = new String(said.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (said.waitFor() != 0) throw new IllegalStateException(words);
    }

    private void place(Path file) throws Exception {
        String version = "0.1.0.successor-%03d".formatted(++count);
        Path part = plugins.resolve("next.part");
        copy(part, version);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        placed = file;
        for (long until = System.currentTimeMillis() + PATIENCE_MILLIS; !atWork().equals(List.of(version)); Thread.sleep(5))
            if (System.currentTimeMillis() > until) throw new IllegalStateException(version + " is not alone: " + atWork());
    }

    private List<String> atWork() throws IOException {
        return Files.readAllLines(status).stream()
                .map(line -> line.split(" "))
                .filter(words -> words.length >= 4 && words[0].equals("bundle") && words[1].equals(bundle) && words[3].equals("ACTIVE"))
                .map(words -> words[2])
                .toList();
    }

    /** The shipped bundle under another version. */
    private void copy(Path to, String version) throws IOException {
        Path shipped;
        try (Stream<Path> bundles = Files.list(home.resolve("bundles"))) {
            shipped = bundles.filter(file -> file.getFileName().toString().startsWith(bundle + "-")).findFirst().orElseThrow();
        }
        try (JarFile jar = new JarFile(shipped.toFile()); OutputStream out = Files.newOutputStream(to)) {
            Manifest manifest = new Manifest(jar.getManifest());
            manifest.getMainAttributes().put(new Attributes.Name("Bundle-Version"), version);
            try (JarOutputStream copy = new JarOutputStream(out, manifest)) {
                for (JarEntry entry : jar.stream().filter(entry -> !entry.getName().equals(JarFile.MANIFEST_NAME)).toList()) {
                    copy.putNextEntry(new JarEntry(entry.getName()));
                    jar.getInputStream(entry).transferTo(copy);
                }
            }
        }
    }
}
