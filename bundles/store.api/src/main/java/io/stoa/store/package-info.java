/** Contract: the stores, with export and import of versioned records. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.stoa.store;
