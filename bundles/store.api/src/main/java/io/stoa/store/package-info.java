/**
 * The contract of the object store: a projection of what live owners know, so that other nodes and API calls can ask. It can be
 * replaced while the server runs: each owner publishes its full record set to the new store, then goes on incrementally.
 *
 * <p>A provider that cannot answer now throws {@link io.stoa.store.StoreException}; it never answers with a wrong empty list. Operations
 * may block and are called on virtual threads.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.stoa.store;
