/**
 * Whether parts are well, on the way to who asks ({@code ops.health}): whoever knows registers a {@link io.stoa.health.HealthCheck}.
 * Whether a part is there at all nobody needs to register: that is seen from outside.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.stoa.health;
