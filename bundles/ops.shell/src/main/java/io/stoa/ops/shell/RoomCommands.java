package io.stoa.ops.shell;

import io.stoa.room.RoomException;
import io.stoa.room.RoomManager;
import java.util.Optional;
import java.util.function.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** The shell's commands about rooms, components and the life of the server. Gogo finds them by their names. */
@Component(
        service = RoomCommands.class,
        property = {
            "osgi.command.scope=stoa",
            "osgi.command.function=help",
            "osgi.command.function=rooms",
            "osgi.command.function=participants",
            "osgi.command.function=tracks",
            "osgi.command.function=why",
            "osgi.command.function=status",
            "osgi.command.function=drain"
        })
public final class RoomCommands {
    private static final String WHY = "why [<component or bundle> [<another one>]] | why <room> <subscriber> <track>";
    private static final String HELP = """
            rooms                              what is open on this node
            participants <room>                who is inside, with which client, by which path
            tracks <room>                      what is published, and who receives it
            why <room> <subscriber> <track>    why somebody does not see a track (its sid or its name)
            why [<component or bundle>]        which parts are not at work, and why
            status                             what every part does
            bundles                            the parts, and how each is replaced
            engines                            what carries, protects and forwards packets, and what could
            sockets [own | netty]              whose sockets carry UDP; from now on
            dump [room]                        what rooms are like inside, as JSON
            swap <bundle> <jar>                replaces a part while the server runs
            swap <bundle> shipped | swap list  puts the shipped one back; what is replaced now
            stop <bundle> | start <bundle>     does without a part for a while
            nodes                              the nodes of the cluster, as this one sees them
            drain                              nobody joins any more; rooms go to other nodes that take them
            rooms, participants, tracks, bundles, engines and nodes take --json. felix:lb, felix:headers and others are the framework's own: felix:help.""";

    private final Rooms rooms;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile RoomManager manager;

    /** Of {@code ops.config}: text in, text out. */
    @Reference(
            target = "(stoa.role=control)",
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile Function<String, String> control;

    @Activate
    public RoomCommands() {
        rooms = new Rooms(() -> Optional.ofNullable(manager), System::currentTimeMillis);
    }

    RoomCommands(RoomManager manager, Function<String, String> control) {
        this();
        this.manager = manager;
        this.control = control;
    }

    public String help(String... arguments) {
        Request.parse("help", 0, arguments);
        return HELP;
    }

    public String rooms(String... arguments) {
        return rooms.rooms(arguments);
    }

    public String participants(String... arguments) throws RoomException {
        return rooms.participants(arguments);
    }

    public String tracks(String... arguments) throws RoomException {
        return rooms.tracks(arguments);
    }

    /** Three words are a room, a subscriber and a track. */
    public String why(String... words) throws RoomException {
        for (String word : words) if (word.startsWith("--")) throw new IllegalArgumentException("usage: " + WHY);
        if (words.length == 3) return rooms.why(words[0], words[1], words[2]);
        return ask(("why " + String.join(" ", words)).strip());
    }

    public String status(String... arguments) {
        Request.parse("status", 0, arguments);
        return ask("status").stripTrailing();
    }

    public String drain(String... arguments) {
        Request.parse("drain", 0, arguments);
        return ask("drain");
    }

    private String ask(String command) {
        Function<String, String> one = control;
        if (one == null) throw new IllegalStateException("who could answer is not there: the bundle ops.config is stopped or failed");
        return one.apply(command);
    }
}
