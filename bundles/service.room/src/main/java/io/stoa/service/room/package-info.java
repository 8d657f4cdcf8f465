/** RoomService RPC endpoint. */
package io.stoa.service.room;
