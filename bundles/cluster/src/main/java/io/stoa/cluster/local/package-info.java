/**
 * The smallest cluster: one node, which knows itself, holds every room, and settles what a room is.
 *
 * <p>{@link io.stoa.cluster.local.LocalNodeRegistry} is the node: its id is fresh at each start, its statistics are read from the live
 * owners (room manager, media plane) when somebody asks. {@link io.stoa.cluster.local.LocalRouter} maps rooms to nodes.
 * {@link io.stoa.cluster.local.StoringRoomAllocator} gives a room its record: server defaults, then the named preset, then the request.
 *
 * <p>Nothing here owns a thread. Registry and router have the lowest ranking: a distributed provider replaces them. The allocator asks
 * whichever registry, router and store are there, so it serves a distributed cluster as well. Start reading at
 * {@link io.stoa.cluster.local.RoomSettings}.
 */
package io.stoa.cluster.local;
