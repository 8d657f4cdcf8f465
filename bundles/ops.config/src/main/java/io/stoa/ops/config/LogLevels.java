package io.stoa.ops.config;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.slf4j.ILoggerFactory;

/**
 * Sets levels of the log: {@code logging.level} for the server's own loggers, {@code logging.component_levels} for single ones. A
 * component is a bundle's name ({@code room}, {@code edge.rtc}), or the full name of a logger. Libraries stay as conf/logback.xml has
 * them.
 */
final class LogLevels {
    private static final String OWN = "io.stoa";

    private final ILoggerFactory loggers;
    private Set<String> set = Set.of();

    LogLevels(ILoggerFactory loggers) {
        this.loggers = loggers;
    }

    static Map<String, String> of(Settings settings) {
        Map<String, String> levels = new LinkedHashMap<>();
        levels.put(OWN, settings.text("logging.level").orElse("info"));
        settings.map("logging.component_levels").forEach((name, level) -> levels.put(loggerName(name), (String) level));
        return levels;
    }

    private static String loggerName(String component) {
        return component.matches("(io|org|com|ch)\\..+") ? component : OWN + "." + component;
    }

    /** Does nothing where another logging library is in charge. */
    synchronized void apply(Map<String, String> levels) {
        if (!(loggers instanceof LoggerContext context)) return;
        for (String name : set) if (!levels.containsKey(name)) context.getLogger(name).setLevel(null);
        levels.forEach((name, level) -> {
            Logger logger = context.getLogger(name);
            logger.setLevel(level(level));
        });
        set = new HashSet<>(levels.keySet());
    }

    /** LiveKit knows three more levels above error; nothing is logged there. */
    private static Level level(String name) {
        return switch (name) {
            case "debug" -> Level.DEBUG;
            case "info" -> Level.INFO;
            case "warn" -> Level.WARN;
            default -> Level.ERROR;
        };
    }
}
