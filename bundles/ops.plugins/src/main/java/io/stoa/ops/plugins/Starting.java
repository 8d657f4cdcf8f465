package io.stoa.ops.plugins;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;

/** Why a bundle does not start, in words. */
final class Starting {
    private static final Pattern PACKAGE = Pattern.compile("osgi\\.wiring\\.package=([^)\\s]+)\\)(.*?)\\)*$");
    private static final int LONGEST = 300;

    private Starting() {}

    /** Tries it; empty if it runs now. */
    static Optional<String> fault(Bundle bundle) {
        try {
            bundle.start(Bundle.START_TRANSIENT | Bundle.START_ACTIVATION_POLICY);
            return Optional.empty();
        } catch (BundleException e) {
            return Optional.of(reason(e));
        } catch (IllegalStateException e) {
            return Optional.of("it is gone");
        }
    }

    private static String reason(BundleException error) {
        Throwable root = error;
        while (root.getCause() != null) root = root.getCause();
        String message = String.valueOf(root.getMessage());
        if (error.getType() == BundleException.RESOLVE_ERROR) return "it does not resolve: " + missing(message);
        return "its start failed: " + shortened(root.getClass().getSimpleName() + ": " + message);
    }

    /** The framework names a chain of requirements; the last one is what is really missing. */
    private static String missing(String message) {
        String chain = message.replaceFirst("(?s) Unresolved requirements: .*", "");
        Matcher matcher = PACKAGE.matcher(chain.substring(chain.lastIndexOf("missing requirement") + 1).replace("]", ""));
        if (matcher.find()) return ("no bundle offers the package " + matcher.group(1) + " " + matcher.group(2)).strip();
        return shortened(message);
    }

    private static String shortened(String text) {
        return text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
    }
}
