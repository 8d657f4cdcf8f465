/**
 * The operator's shell: commands of the framework's own shell (Apache Felix Gogo) on a local socket, for {@code bin/stoa shell}.
 *
 * <p>{@link io.stoa.ops.shell.ShellServer} listens on a Unix domain socket in the server's run folder. Who may connect is decided by the
 * kernel: the socket has mode 0600 before anybody can find it, so that only the server's own user (and root) can open it; the user at
 * the other end is compared once more. Nothing listens on the network. Its name ends in the process id, so that several servers of one
 * folder do not disturb each other, and a successor of this bundle takes the name over without a moment in between.
 *
 * <p>{@link io.stoa.ops.shell.ShellSession} is one connection, on a thread of its own; their number is bounded. A request is a length (32
 * bits) and a command line in UTF-8; the answer is a row of frames: a kind (8 bits: 1 output, 2 errors, 3 the end), a length (32 bits; of
 * the end: the exit status), bytes. A connection takes one request after the other and keeps its Gogo session: variables, pipes, scripts.
 *
 * <p>Commands are services with the properties {@code osgi.command.scope} and {@code osgi.command.function}; other bundles bring their own
 * ({@code ops.plugins}: {@code bundles} and {@code swap}). Those of this bundle are in {@link io.stoa.ops.shell.RoomCommands}: they see
 * contracts only. What is known of components {@code ops.config} says, as it says it to the launcher.
 *
 * <p>What guests have chosen (identities, names of rooms) is printed without control characters.
 */
package io.stoa.ops.shell;
