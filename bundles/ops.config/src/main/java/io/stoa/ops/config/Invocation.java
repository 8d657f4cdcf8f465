package io.stoa.ops.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * A command line with a command in it, as LiveKit has them: options of the server may stand before the command and after it.
 *
 * @param command empty if there is none
 * @param words what else is no option
 * @param options of the command itself, without dashes
 * @param server the options that a start would take
 */
record Invocation(String command, List<String> words, Map<String, String> options, List<String> server) {
    private static final Set<String> VALUED = Set.of("room", "identity");
    private static final Set<String> SWITCHES = Set.of("recorder");
    /** Whatever follows is theirs. */
    private static final Set<String> WITH_WORDS = Set.of("shell", "why");
    private static final Map<String, String> OTHER_NAMES =
            Map.of("--help", "help", "-h", "help", "--version", "version", "-v", "version");

    static Invocation parse(KeyTable table, List<String> arguments) {
        Function<String, Flag> flags = Flag.byName(Flag.all(table));
        List<String> words = new ArrayList<>();
        Map<String, String> options = new LinkedHashMap<>();
        List<String> server = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            String name = argument.replaceFirst("^--?", "").replaceFirst("=(?s).*", "");
            boolean attached = argument.contains("=");
            if (!words.isEmpty() && WITH_WORDS.contains(words.getFirst())) {
                words.add(argument);
            } else if (OTHER_NAMES.containsKey(argument)) {
                words.addFirst(OTHER_NAMES.get(argument));
            } else if (!argument.startsWith("-")) {
                words.add(argument);
            } else if (SWITCHES.contains(name)) {
                options.put(name, attached ? argument.substring(argument.indexOf('=') + 1) : "true");
            } else if (VALUED.contains(name)) {
                options.put(name, attached ? argument.substring(argument.indexOf('=') + 1) : i + 1 < arguments.size() ? arguments.get(++i) : "");
            } else {
                server.add(argument);
                Flag flag = flags.apply(name);
                if (flag != null && flag.value().isPresent() && !attached && i + 1 < arguments.size()) server.add(arguments.get(++i));
            }
        }
        String command = words.isEmpty() ? "" : words.removeFirst();
        return new Invocation(command, List.copyOf(words), Map.copyOf(options), List.copyOf(server));
    }

    String option(String name) throws ConfigException {
        String value = options.getOrDefault(name, "");
        if (value.isBlank()) throw new ConfigException(command + ": --" + name + " is missing");
        return value;
    }

    boolean on(String name) {
        return Boolean.parseBoolean(options.getOrDefault(name, "false"));
    }
}
