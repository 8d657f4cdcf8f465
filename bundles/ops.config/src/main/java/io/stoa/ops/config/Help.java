package io.stoa.ops.config;

import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What {@code bin/stoa --help} and {@code help-verbose} print. */
final class Help {
    private static final String COMMANDS = """
            stoa [options]                   start the server
            stoa [options] <command>

            Commands
              generate-keys                  make an API key and its secret
              create-join-token              a token of 30 days, with the first configured key
                  --room ROOM --identity ID    whom it admits, and where
                  --recorder                   hidden, does not publish
              ports                          the ports that the configuration opens
              shell [COMMAND…]               the running server's own shell: rooms, participants, tracks, why, bundles, swap, drain;
                                             without a command, one line after the other ("shell help" lists all)
              list-nodes                     the nodes of the cluster, as the running server sees them
              status                         what the parts of the running server do
              why [NAME…]                    which parts are not at work, and why
              why ROOM SUBSCRIBER TRACK      why a subscriber does not see a track
              help-verbose                   all options: one for every key of livekit.yaml
              help, version

            Options
            """;
    private static final String VARIABLES = """

            Environment
              STOA_JAVA_HOME                 the JDK to use (else JAVA_HOME, PATH, the usual folders or STOA_JAVA_FOLDERS)
              STOA_OPTS                      options for the JVM, such as -Xmx2g
              STOA_LOGBACK                   another conf/logback.xml
              STOA_PLUGINS, STOA_RUN         other places for the folders plugins and run
              STOA_DATA                      another place for the folder data, which must outlive the server
              STOA_PROFILE                   a file in features/profiles, without .json (standalone)

            One SIGTERM: no more joins, and the end when the last participant has left. A second one: the end, at once.
            """;

    private Help() {}

    static String brief() {
        return COMMANDS + lines(Flag.NAMED.stream()) + VARIABLES;
    }

    static String verbose(KeyTable table) {
        String keys = lines(Flag.all(table).stream().filter(flag -> !Flag.NAMED.contains(flag)));
        return brief() + "\nOne option for every scalar key of livekit.yaml\n" + keys;
    }

    private static String lines(Stream<Flag> flags) {
        return flags.map(Help::line).collect(Collectors.joining());
    }

    private static String line(Flag flag) {
        String help = flag.help() + flag.environment().map(name -> " [" + name + "]").orElse("");
        String usage = "  " + flag.usage();
        return (usage.length() < 32 ? usage + " ".repeat(33 - usage.length()) : usage + "\n" + " ".repeat(33)) + help + "\n";
    }
}
