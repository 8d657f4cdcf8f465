/** The forwarding engine: layer selection, sequence, timestamp and descriptor translation. */
package io.stoa.forward;
