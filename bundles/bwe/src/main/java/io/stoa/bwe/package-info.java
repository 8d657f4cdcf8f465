/** Bandwidth estimation in numbers: transport-wide feedback, and the seams for send-side estimation. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.stoa.bwe;
