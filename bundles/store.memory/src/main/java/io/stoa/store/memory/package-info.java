/** The stores in memory. */
package io.stoa.store.memory;
