/**
 * The contracts of a cluster, of which a single node is the smallest: who the nodes are ({@link io.stoa.cluster.NodeRegistry}), where a
 * room lives ({@link io.stoa.cluster.Router}), how a room gets its settings and its node ({@link io.stoa.cluster.RoomAllocator}), and
 * how parts speak to each other wherever they are ({@link io.stoa.cluster.MessageBus}).
 *
 * <p>Operations may block (a distributed provider asks the network), so they are called on virtual threads, never on a media loop. A
 * provider that cannot answer now throws {@link io.stoa.cluster.ClusterException}: never a wrong empty answer.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.stoa.cluster;
