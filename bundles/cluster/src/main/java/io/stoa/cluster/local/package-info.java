/** Node registry, router and room allocator of a single node. */
package io.stoa.cluster.local;
