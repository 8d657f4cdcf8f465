/**
 * The stores in memory: what a server without any other store uses. Lowest ranking, so that every other provider wins.
 *
 * <p>Records are immutable messages, so they are kept and handed out as they are. One lock guards everything: operations are a few map
 * accesses, and the answers of a caller are consistent among each other. Nothing survives the end of the process, which is right
 * for presence: its owners publish it again.
 */
package io.stoa.store.memory;
