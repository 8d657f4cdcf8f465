/** RoomService (spec 3.1) over whatever carries RPCs. Grants are checked first; live rooms answer from memory, others from the store. */
package io.stoa.service.room;
