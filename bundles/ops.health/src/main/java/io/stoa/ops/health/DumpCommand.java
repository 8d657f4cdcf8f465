package io.stoa.ops.health;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.stoa.room.LiveRoom;
import io.stoa.room.RoomManager;
import java.util.List;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** {@code dump <room>} of the operator's shell: what {@code /debug/rooms} shows, also where that is not there. */
@Component(service = DumpCommand.class, property = {"osgi.command.scope=stoa", "osgi.command.function=dump"})
public final class DumpCommand {
    private static final Gson JSON = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile RoomManager rooms;

    /** @param names of a room; none: of all */
    public String dump(String... names) {
        RoomManager manager = rooms;
        if (manager == null) throw new IllegalStateException("no room manager: bundle room is not active");
        if (names.length > 1) throw new IllegalArgumentException("usage: dump [room]");
        List<LiveRoom> wanted = names.length == 0 ? List.copyOf(manager.rooms()) : manager.room(names[0]).stream().toList();
        if (names.length == 1 && wanted.isEmpty()) throw new IllegalArgumentException("there is no room " + names[0] + " on this node");
        return JSON.toJson(RoomDump.of(wanted));
    }
}
