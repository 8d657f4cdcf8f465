/**
 * Egress (spec 3.2, 9.2): rooms, participants, tracks and web pages that workers record or stream. Workers join rooms as any participant
 * does; nothing of the media comes here. What an egress is, is a record in the {@link io.stoa.store.EgressStore} of the day, which its
 * worker keeps up to date.
 *
 * <p>{@link io.stoa.service.egress.EgressService} is the API; {@code Launch} finds the worker that is fittest, {@code EgressChecks} says
 * before that what none would begin. {@link io.stoa.service.egress.RecordedRooms} starts what a room is recorded by from its creation
 * ({@code CreateRoomRequest.egress}): {@code room} tells it by {@link io.stoa.room.EgressLauncher}, of which there is one in charge, also while
 * this bundle is replaced; {@code AutoEgress} remembers which participants it has begun with, and looks into the store for what others have.
 * {@link io.stoa.service.egress.EgressReports} is what workers ask and tell, from which webhooks come ({@code WorkerListener}).
 *
 * <p>Threads: a virtual one for each egress that a room starts, and one that forgets every half an hour what ended a day ago.
 */
package io.stoa.service.egress;
