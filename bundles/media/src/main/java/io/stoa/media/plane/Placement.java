package io.stoa.media.plane;

import io.stoa.media.PeerSpec.Role;
import java.util.HashMap;
import java.util.Map;

/**
 * Which loop a connection lives on. A room has a home, where all of it is on one thread, and no packet changes threads. When a loop has
 * so many connections of a room that they are worth a thread of their own, those who receive are spread: each to the loop with the
 * fewest of the room. A packet then goes to each other loop once, however many subscribers are there ({@link HandOff}).
 */
final class Placement {
    /** At 200 packets a second to each, about a fifth of a core. */
    static final int TOGETHER = 100;

    private final int loops;
    private final int together;
    /** By room sid, connections on each loop. */
    private final Map<String, int[]> rooms = new HashMap<>();

    Placement(int loops) {
        this(loops, TOGETHER);
    }

    /** @param together connections of a room that share its home, whatever they do there */
    Placement(int loops, int together) {
        this.loops = loops;
        this.together = together;
    }

    /** @return the loop's index; {@link #left} is to be told when the connection has ended */
    synchronized int place(String roomSid, Role role) {
        int[] counts = rooms.computeIfAbsent(roomSid, sid -> new int[loops]);
        int loop = home(roomSid);
        if (role != Role.PUBLISHER && counts[loop] >= together) for (int i = 0; i < loops; i++) if (counts[i] < counts[loop]) loop = i;
        counts[loop]++;
        return loop;
    }

    private int home(String roomSid) {
        return Math.floorMod(roomSid.hashCode(), loops);
    }

    synchronized void left(String roomSid, int loop) {
        int[] counts = rooms.get(roomSid);
        counts[loop]--;
        for (int count : counts) if (count > 0) return;
        rooms.remove(roomSid);
    }

    synchronized int rooms() {
        return rooms.size();
    }
}
