package io.stoa.ops.config;

import java.util.List;

/** Settings that cannot be taken. Each fault names a key, the value and what is allowed; secrets are not named. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1;
    private static final int SHOWN = 12;

    private final List<String> faults;

    public ConfigException(List<String> faults) {
        super(text(faults));
        this.faults = List.copyOf(faults);
    }

    public ConfigException(String fault) {
        this(List.of(fault));
    }

    public List<String> faults() {
        return faults;
    }

    private static String text(List<String> faults) {
        String shown = String.join("\n", faults.subList(0, Math.min(SHOWN, faults.size())));
        return faults.size() <= SHOWN ? shown : shown + "\n… and " + (faults.size() - SHOWN) + " more";
    }

    /** No trace: where the code was says nothing about what is wrong in a file. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
