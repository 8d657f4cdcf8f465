/**
 * The durable stores in one file: what a server without Redis keeps of egress, ingress, SIP and agents over its end. The file is H2's
 * MVStore, which only appends: what was committed is never written over before the next commit is on disk. A write is acknowledged
 * when it was committed and synchronised, so neither a kill nor a crash of the machine loses it.
 *
 * <p>One thread owns the file ({@code FileHashes}). It is opened with the first question, not before: where Redis is
 * used nothing is made, and what keeps it from being opened (another process has it, it is damaged, a later version wrote it) is the
 * answer to each question until it is gone. Then nothing is written, so the file is as it was.
 *
 * <p>Rooms and participants are not kept here, not even those that were made by the API: after its end no node has them, so a list of them
 * would name rooms that nobody can find anybody in. They are in memory, and live owners are the truth. Dispatches of agents are kept, as
 * in Redis: they wait for the room of their name.
 *
 * <p>A version of this bundle that is to take over needs the file for itself: the one before is stopped first ({@code Stoa-Swap: alone}).
 */
package io.stoa.store.file;
