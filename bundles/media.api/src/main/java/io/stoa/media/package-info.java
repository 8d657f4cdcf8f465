/** Contract: media plane, forwarding engine, packet input and output. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.stoa.media;
