/**
 * The life of the server from ready to gone, and what its parts are doing.
 *
 * <p>{@link io.stoa.ops.lifecycle.ServerControl} answers the launcher: what failed, who waits for whom, is it ready, end it.
 * {@link io.stoa.ops.lifecycle.Ending} is the way out: refuse new joins, wait for the last participant (or, with {@code --dev}, tell
 * everybody at once), stop the framework. {@link io.stoa.ops.lifecycle.Diagnosis} reads Declarative Services and puts into words why a
 * component is not active. {@link io.stoa.ops.lifecycle.StatusFile} keeps all of that in {@code run/status}, where
 * {@code bin/stoa why} reads it when no shell answers.
 */
package io.stoa.ops.lifecycle;
