package io.stoa.launcher;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The threads that compile while the server runs. They need more than a core during a start, and whenever code is new; media and whoever
 * waits for the start come first. Java offers this by options to root only.
 */
final class CompilerThreads {
    private static final Path TASKS = Path.of("/proc/self/task");
    /** A tenth of what other threads are given where there is too little for all. */
    private static final int NICE = 10;
    private static final int PRIO_PROCESS = 0;

    private CompilerThreads() {}

    /** Threads that Java adds later are started by these, and inherit it. Does nothing where there is no /proc. */
    static void giveWay() {
        if (!Files.isDirectory(TASKS)) return;
        Linker linker = Linker.nativeLinker();
        MethodHandle setPriority = linker.downcallHandle(linker.defaultLookup().find("setpriority").orElseThrow(),
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
            for (Path task : tasks) if (compiles(task)) lower(setPriority, Integer.parseInt(task.getFileName().toString()));
        } catch (Throwable e) { // what a handle may throw
            throw new IllegalStateException("no priority for the compiler's threads", e);
        }
    }

    private static int lower(MethodHandle setPriority, int thread) throws Throwable {
        return (int) setPriority.invokeExact(PRIO_PROCESS, thread, NICE); // if it fails, they go on as before
    }

    private static boolean compiles(Path task) {
        try {
            String name = Files.readString(task.resolve("comm"));
            return name.startsWith("C1 Comp") || name.startsWith("C2 Comp");
        } catch (IOException e) {
            return false; // it has ended
        }
    }
}
