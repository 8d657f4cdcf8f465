/**
 * The contracts of the object store, of two kinds.
 *
 * <p><b>Presence</b> ({@link io.stoa.store.RoomStore}): a projection of what live owners know, so that other nodes and API calls can ask.
 * It can be replaced while the server runs: each owner publishes its full record set to the new store, then goes on incrementally. The
 * provider with the highest ranking is used.
 *
 * <p><b>Durable</b> records (egress, ingress, SIP, agents) are known to nobody else. Of the providers that are there only the one in
 * charge ({@link io.stoa.store.StoreCharge}) offers these contracts; another one is put in charge after the records were copied
 * ({@link io.stoa.store.DurableStore}). A provider that keeps them nowhere but in the process leaves them to its successor
 * ({@link io.stoa.store.RecordLine}).
 *
 * <p>A provider that cannot answer now throws {@link io.stoa.store.StoreException}; it never answers with a wrong empty list. What a
 * method has stored when it returns is stored as safely as the provider can. Operations may block and are called on virtual threads.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.2.0")
package io.stoa.store;
