/**
 * livekit.yaml, environment and command line as Config Admin configurations.
 *
 * <p>{@link io.stoa.ops.config.KeyTable} knows every key of LiveKit's configuration: its type, its default, and where it goes or why it
 * has no effect here (the file {@code keys.txt}). {@link io.stoa.ops.config.SettingsLoader} assembles the settings: defaults, then YAML,
 * then environment and flags; what it does not know or cannot read is a {@link io.stoa.ops.config.ConfigException} that names the key,
 * the value and what is allowed. {@link io.stoa.ops.config.Configurations} turns settings into one dictionary per PID.
 *
 * <p>{@link io.stoa.ops.config.LiveConfiguration} is the component: it loads at activation, writes the configurations, offers the API keys
 * as a service (secrets stay in memory), sets log levels, and looks at the files once a second. A changed file is taken as a whole or
 * refused as a whole; what needs a restart is named and stays as it was.
 *
 * <p>All but the component are plain classes, which the command line tools use without a framework.
 */
package io.stoa.ops.config;
