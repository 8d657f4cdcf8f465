/** livekit.yaml, environment and command line as Config Admin configurations. */
package io.stoa.ops.config;
