package io.stoa.ops.shell;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a command was given.
 *
 * @param json whether {@code --json} was among it
 */
record Request(List<String> words, boolean json) {
    /** @throws IllegalArgumentException with the usage, if it is not as many words as that, or an option that there is not */
    static Request parse(String usage, int words, String... arguments) {
        boolean takesJson = usage.contains("--json");
        List<String> left = new ArrayList<>(Arrays.asList(arguments));
        boolean json = takesJson && left.remove("--json");
        if (left.size() != words || left.stream().anyMatch(word -> word.startsWith("--"))) throw new IllegalArgumentException("usage: " + usage);
        return new Request(List.copyOf(left), json);
    }
}
