/**
 * Starts the OSGi framework with the bundles of a profile, waits until the server can take calls, and says on one screen why when it
 * cannot.
 *
 * <p>This is the only code outside the framework. It knows files, start levels and signals; it knows nothing of LiveKit. What it needs to
 * know about components it asks a service of the bundle {@code ops.config} ({@link io.stoa.launcher.Control}), whose type is a JDK
 * type, so that launcher and bundles share no classes.
 *
 * <p>Start reading at {@link io.stoa.launcher.Launcher}.
 */
package io.stoa.launcher;
