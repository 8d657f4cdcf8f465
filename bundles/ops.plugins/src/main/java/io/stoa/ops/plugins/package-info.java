/**
 * Plug-ins: a bundle in the folder {@code plugins} takes the place of the shipped bundle of the same symbolic name.
 *
 * <p>The file installer of the framework installs, updates and removes what lies in the folder. This bundle adds the order: the
 * successor works before the predecessor goes. {@link io.stoa.ops.plugins.Succession} waits until the successor's components are
 * satisfied and can be created, then stops the predecessor, so that Declarative Services hand every consumer over in one step. When the
 * file of a plug-in is removed, the shipped bundle starts again first. A plug-in that does not work changes nothing: the shipped bundle
 * goes on, and the log says what is wrong.
 *
 * <p>What two bundles cannot hold at once (a port) goes from one to the other, and back if the successor cannot use it; the media plane is
 * not taken from people who are here. {@link io.stoa.ops.plugins.Manner} is read from the header {@code Stoa-Swap}.
 *
 * <p>{@link io.stoa.ops.plugins.SwapCommands} are commands of the operator's shell: {@code bundles}, and {@code swap}, which does with a jar
 * what anybody could do with the folder, waits, tells what came of it, and removes again what does not work.
 *
 * <p>Threads: everything that takes time runs on one thread of {@link io.stoa.ops.plugins.PluginsFolder}'s making; only the return of a
 * shipped bundle may run on the thread that stops the plug-in, because a moment later is too late.
 */
package io.stoa.ops.plugins;
