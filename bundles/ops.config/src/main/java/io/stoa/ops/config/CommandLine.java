package io.stoa.ops.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What arguments and environment say. Flags win over variables; a variable that is empty says nothing.
 *
 * @param given by name of the flag, with where it comes from
 */
record CommandLine(Map<String, Given> given) {
    /** @param origin for people: {@code --port} or {@code LIVEKIT_PORT} */
    record Given(Flag flag, String origin, List<String> values) {}

    static CommandLine parse(KeyTable table, List<String> arguments, Map<String, String> environment) throws ConfigException {
        List<Flag> flags = Flag.all(table);
        Map<String, Given> given = new LinkedHashMap<>();
        for (Flag flag : flags) {
            flag.environment().filter(name -> !environment.getOrDefault(name, "").isBlank())
                    .ifPresent(name -> given.put(flag.name(), new Given(flag, name, List.of(environment.get(name)))));
        }
        List<String> faults = new ArrayList<>();
        Map<String, Given> flagged = new LinkedHashMap<>();
        arguments(arguments, flags, flagged, faults);
        if (!faults.isEmpty()) throw new ConfigException(faults);
        given.keySet().removeAll(flagged.keySet()); // after all variables, so that they win over one of another name for the same key
        given.putAll(flagged);
        return new CommandLine(given);
    }

    private static void arguments(List<String> arguments, List<Flag> flags, Map<String, Given> into, List<String> faults) {
        Function<String, Flag> byName = Flag.byName(flags);
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            String name = argument.replaceFirst("^--?", "").replaceFirst("=(?s).*", "");
            boolean attached = argument.contains("=");
            Flag flag = argument.startsWith("-") ? byName.apply(name) : null;
            if (flag == null) {
                faults.add(unknown(argument, name, flags));
                continue;
            }
            String value = attached ? argument.substring(argument.indexOf('=') + 1) : "true";
            if (!attached && flag.value().isPresent()) {
                if (i + 1 == arguments.size()) faults.add("--" + name + ": a value must follow: " + flag.usage());
                else value = arguments.get(++i);
            }
            else if (attached && flag.value().isEmpty() && new KeyType.Bool().read(value).isEmpty())
                faults.add("--" + name + ": \"" + value + "\" is not allowed; allowed: " + new KeyType.Bool().allowed());
            Given before = into.get(name);
            List<String> values = new ArrayList<>(before == null || !name.equals("bind") ? List.of() : before.values());
            values.add(value);
            into.put(name, new Given(flag, "--" + name, List.copyOf(values)));
        }
    }

    private static String unknown(String argument, String name, List<Flag> flags) {
        if (!argument.startsWith("-")) return argument + ": not an option and not a command; bin/stoa --help lists both";
        return KeyTable.closest(name, flags.stream().map(Flag::name).toList())
                .map(near -> "--" + name + ": unknown option; did you mean --" + near + "?")
                .orElse("--" + name + ": unknown option; bin/stoa --help lists what there is");
    }

    Optional<String> value(String name) {
        return Optional.ofNullable(given.get(name)).map(found -> found.values().getLast());
    }

    boolean on(String name) {
        return value(name).flatMap(new KeyType.Bool()::read).equals(Optional.of(true));
    }
}
