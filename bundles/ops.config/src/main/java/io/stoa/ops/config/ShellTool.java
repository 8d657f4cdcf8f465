package io.stoa.ops.config;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code bin/stoa shell}, {@code why} and {@code status}: the latter two answer from {@code run/status} where no shell does. */
record ShellTool(Path run, PrintStream out, PrintStream err) {
    /** @return the exit status */
    int shell(List<String> words) throws ConfigException {
        Optional<String> process = Optional.empty();
        List<String> left = words;
        if (!words.isEmpty() && words.getFirst().equals("--process")) {
            if (words.size() < 2 || !words.get(1).matches("\\d+")) throw new ConfigException("shell: --process must be followed by a process id");
            process = Optional.of(words.get(1));
            left = words.subList(2, words.size());
        }
        if (!left.isEmpty() && left.getFirst().startsWith("-"))
            throw new ConfigException("usage: bin/stoa shell [--process <id>] [<command> <argument>…]; \"bin/stoa shell help\" lists the commands");
        try (ShellClient client = ShellClient.connect(run, process, out, err)) {
            if (!left.isEmpty()) return client.run(absolute(left));
            boolean person = System.console() != null && System.console().isTerminal();
            return client.converse(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)), person ? "stoa> " : "");
        }
    }

    /** The server has another working directory than whoever names a jar. */
    static List<String> absolute(List<String> words) {
        if (words.size() != 3 || !words.getFirst().equals("swap") || !Files.isRegularFile(Path.of(words.get(2)))) return words;
        return List.of(words.get(0), words.get(1), Path.of(words.get(2)).toAbsolutePath().normalize().toString());
    }

    int status() throws ConfigException {
        return orFromFile(List.of("status"), status -> status);
    }

    /** Three names may be a room, a subscriber and a track: what the file does not know. */
    int why(List<String> names) throws ConfigException {
        List<String> command = new ArrayList<>(List.of("why"));
        command.addAll(names);
        return orFromFile(command, status -> StatusLines.why(status, names));
    }

    private interface Selection {
        List<String> of(List<String> status);
    }

    private int orFromFile(List<String> command, Selection selection) throws ConfigException {
        ShellClient client;
        try {
            client = ShellClient.connect(run, Optional.empty(), out, err);
        } catch (ConfigException e) {
            List<String> lines = selection.of(file());
            err.println("stoa: " + e.getMessage() + "; what follows is from " + run.resolve("status"));
            lines.forEach(out::println);
            return 0;
        }
        try (client) {
            return client.run(command);
        }
    }

    private List<String> file() throws ConfigException {
        Path file = run.resolve("status");
        try {
            List<String> lines = Files.readAllLines(file);
            long process = lines.isEmpty() ? 0 : Long.parseLong(lines.getFirst().replaceFirst("^process ", ""));
            if (ProcessHandle.of(process).isEmpty()) throw new ConfigException("the server that wrote " + file + " is gone");
            return lines;
        } catch (NoSuchFileException e) {
            throw new ConfigException("no server runs from here: there is no " + file + " (STOA_RUN names another folder)");
        } catch (IOException | NumberFormatException e) {
            throw new ConfigException(file + " cannot be read (" + e.getMessage() + ")");
        }
    }
}
