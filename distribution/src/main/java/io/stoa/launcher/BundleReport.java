package io.stoa.launcher;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.FrameworkListener;
import org.osgi.framework.wiring.BundleRevision;

/** Which bundles did not start, in words. Collects what the framework reports while it raises its start level. */
final class BundleReport implements FrameworkListener {
    private static final Pattern PACKAGE = Pattern.compile("osgi\\.wiring\\.package=([^)\\s]+)\\)(.*?)\\)*$");
    private static final int LONGEST = 400;

    private final Map<Bundle, Throwable> errors = new ConcurrentHashMap<>();

    @Override
    public void frameworkEvent(FrameworkEvent event) {
        if (event.getType() == FrameworkEvent.ERROR && event.getThrowable() != null) errors.put(event.getBundle(), event.getThrowable());
    }

    /** One line or two per bundle that should run and does not; empty if all do. */
    Optional<String> failures(BundleContext context) {
        Map<Bundle, Throwable> failed = new LinkedHashMap<>();
        for (Bundle bundle : context.getBundles()) {
            if (isFragment(bundle) || bundle.getState() == Bundle.ACTIVE || bundle.getState() == Bundle.STARTING) continue;
            Throwable error = errors.get(bundle);
            failed.put(bundle, error == null ? startAgain(bundle) : error);
        }
        List<String> lines = new ArrayList<>();
        failed.forEach((bundle, error) -> lines.add("  " + bundle.getSymbolicName() + " " + bundle.getVersion() + "\n    " + reason(error)));
        return lines.isEmpty() ? Optional.empty() : Optional.of("These bundles do not start:\n" + String.join("\n", lines));
    }

    private static Throwable startAgain(Bundle bundle) {
        try {
            bundle.start();
            return new IllegalStateException("started late");
        } catch (BundleException | IllegalStateException e) { // the latter while the framework is being stopped
            return e;
        }
    }

    private static boolean isFragment(Bundle bundle) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        return revision != null && (revision.getTypes() & BundleRevision.TYPE_FRAGMENT) != 0;
    }

    private static String reason(Throwable error) {
        Throwable root = error;
        while (root.getCause() != null) root = root.getCause();
        String message = String.valueOf(root.getMessage());
        if (error instanceof BundleException bundle && bundle.getType() == BundleException.RESOLVE_ERROR) return missing(message);
        String text = root.getClass().getSimpleName() + ": " + message;
        return text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
    }

    /** The framework names a chain of requirements; the last one is what is really missing. */
    private static String missing(String message) {
        String last = message.substring(message.lastIndexOf("missing requirement") + 1);
        Matcher matcher = PACKAGE.matcher(last.replace("]", ""));
        if (matcher.find()) return "needs package " + matcher.group(1) + " " + matcher.group(2).strip() + ", which no bundle offers";
        return message.length() > LONGEST ? message.substring(message.length() - LONGEST) : message;
    }
}
