package io.stoa.launcher;

import java.util.Optional;
import java.util.function.Function;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/**
 * Speaks to the server inside the framework: a {@code java.util.function.Function} with the property {@code stoa.role=control} that the
 * bundle {@code ops.config} provides. A command in, text out; empty text means there is nothing to say.
 */
record Control(BundleContext context) {
    /** What went wrong in components that could not be activated; empty while nothing did. */
    static final String FAILURES = "failures";
    /** Which component waits for what. */
    static final String WAITING = "waiting";
    /** The lines a person wants to read once the server is up. */
    static final String READY = "ready";
    /** Ends the server as the first SIGTERM should. Returns at once. */
    static final String END = "end";

    /** The answer, empty if nobody is there to answer. */
    Optional<String> ask(String command) {
        try {
            for (ServiceReference<?> reference : context.getServiceReferences(Function.class, "(stoa.role=control)")) {
                Object service = context.getService(reference);
                if (service == null) continue;
                try {
                    @SuppressWarnings("unchecked")
                    Function<String, String> control = (Function<String, String>) service;
                    return Optional.ofNullable(control.apply(command));
                } finally {
                    context.ungetService(reference);
                }
            }
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        } catch (IllegalStateException e) {
            return Optional.empty(); // the framework is stopping
        }
        return Optional.empty();
    }
}
