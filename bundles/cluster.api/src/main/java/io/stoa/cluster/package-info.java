/** Contract: node identity and load, message bus, node selection, room placement. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.stoa.cluster;
