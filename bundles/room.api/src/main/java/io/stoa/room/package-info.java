/** Contract: rooms, participants and signalling sessions as seen from outside. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.stoa.room;
