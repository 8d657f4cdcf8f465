package io.stoa.service.agent;

import io.stoa.protocol.handover.AgentsState;
import io.stoa.protocol.handover.RoomAgentsState;
import io.stoa.protocol.livekit.AgentDispatch;
import io.stoa.protocol.livekit.Job;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomInternal;
import io.stoa.room.LiveRoom;
import io.stoa.room.RoomManager;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The rooms of this node that want agents. On the desk, but for what says otherwise. */
final class AgentRooms implements JobWatcher {
    private static final Logger LOG = LoggerFactory.getLogger(AgentRooms.class);

    private final Desk desk;
    private final Executor background;
    private final Map<String, RoomAgents> rooms = new LinkedHashMap<>();
    private RoomAgents.Premises premises;

    /** @param background where rooms may be asked and waited for */
    AgentRooms(Desk desk, Executor background) {
        this.desk = desk;
        this.background = background;
    }

    void begin(RoomAgents.Premises with) {
        premises = with;
    }

    private void with(String name, Consumer<RoomAgents> then) {
        RoomAgents room = rooms.get(name);
        if (room != null) then.accept(room);
    }

    // -- rooms come and go

    /** A room of which only the name is known. */
    void look(RoomManager manager, String name) {
        background.execute(() -> {
            try {
                manager.room(name).ifPresent(this::meet);
            } catch (IllegalStateException e) {
                LOG.warn("room {} gets no agents for now: {}", name, e.getMessage());
            }
        });
    }

    /** Any thread that may wait: a room lives. Events of it that come from now on are not missed, what has been is asked for. */
    private void meet(LiveRoom live) {
        Room info = live.info();
        RoomInternal internal = live.internal();
        List<AgentDispatch> left = left(info);
        desk.post(() -> {
            room(info, internal, left);
            census(live, info);
        });
    }

    /** What is stored of a room that has not ended, and may be new here. Any thread that may wait. */
    List<AgentDispatch> left(Room info) {
        return premises.records().left(info.getName(), info.getCreationTime());
    }

    boolean has(String name) {
        return rooms.containsKey(name);
    }

    boolean knows(Room info) {
        RoomAgents known = rooms.get(info.getName());
        return known != null && known.sid().equals(info.getSid());
    }

    /** A room that lives. @param left its dispatches, if it lived elsewhere before */
    RoomAgents room(Room info, RoomInternal internal, List<AgentDispatch> left) {
        RoomAgents before = rooms.get(info.getName());
        if (before != null && before.sid().equals(info.getSid())) return before;
        if (before != null) before.finish();
        RoomAgents room = new RoomAgents(premises, info);
        rooms.put(info.getName(), room);
        premises.posts().room(info.getName());
        room.open(internal, left);
        return room;
    }

    /** Asks who is there; once more, if somebody has come or gone meanwhile, of whom it is not known whether the answer counts them. */
    void census(LiveRoom live, Room info) {
        RoomAgents room = rooms.get(info.getName());
        if (room == null || !room.sid().equals(info.getSid())) return;
        int heard = room.heard();
        background.execute(() -> {
            try {
                List<ParticipantInfo> here = live.participants();
                desk.post(() -> {
                    if (rooms.get(info.getName()) == room && room.heard() == heard) room.census(here);
                    else census(live, info);
                });
            } catch (IllegalStateException e) {
                LOG.warn("who is in room {} is not known for now: {}", info.getName(), e.getMessage());
            }
        });
    }

    /** Another room manager is there, or nothing was heard for a while. */
    void review(RoomManager manager) {
        for (RoomAgents known : List.copyOf(rooms.values())) {
            background.execute(() -> {
                try {
                    Optional<LiveRoom> live = manager.room(known.name());
                    if (live.isPresent()) meet(live.get());
                    else desk.post(() -> finish(known));
                } catch (IllegalStateException e) {
                    LOG.warn("what has become of room {} is not known for now: {}", known.name(), e.getMessage());
                }
            });
        }
        background.execute(() -> manager.rooms().forEach(this::meet));
    }

    void finished(Room info) {
        with(info.getName(), room -> {
            if (info.getSid().isEmpty() || info.getSid().equals(room.sid())) finish(room);
        });
    }

    private void finish(RoomAgents room) {
        if (!rooms.remove(room.name(), room)) return;
        premises.posts().noRoom(room.name());
        room.finish();
    }

    /** It goes on on another node. */
    void departed(Room info) {
        with(info.getName(), room -> {
            if (!info.getSid().equals(room.sid())) return;
            rooms.remove(room.name());
            premises.posts().noRoom(room.name());
            room.depart();
        });
    }

    void event(Room info, Consumer<RoomAgents> what) {
        with(info.getName(), room -> {
            if (!room.sid().equals(info.getSid())) return;
            room.hears(info);
            what.accept(room);
        });
    }

    // -- jobs

    /** Those of them that live. */
    List<Job> jobs(List<String> ids) {
        return rooms.values().stream().flatMap(room -> room.jobs(ids)).toList();
    }

    @Override
    public void changed(Job job) {
        with(job.getRoom().getName(), room -> room.changed(job));
    }

    @Override
    public void lost(Job job) {
        with(job.getRoom().getName(), room -> room.lost(job));
    }

    // -- from one to the next

    List<AgentDispatch> all() {
        return rooms.values().stream().flatMap(room -> room.list("").stream()).toList();
    }

    List<RoomAgentsState> state() {
        return rooms.values().stream().map(RoomAgents::state).toList();
    }

    void clear() {
        rooms.clear();
    }

    void resume(AgentsState from) {
        for (RoomAgentsState one : from.getRoomsList()) {
            RoomAgents room = new RoomAgents(premises, one.getRoom());
            rooms.put(room.name(), room);
            premises.posts().room(room.name());
            room.resume(one);
        }
    }
}
