package io.stoa.transport;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The nice value of media loops, which Linux keeps for each thread. A loop that waits for a core behind a collector, a compiler or another process
 * is a pause for everybody whose media it forwards, and one that is interrupted by every reader whom it wakes does half the work: loops go first,
 * where the system lets them ({@code CAP_SYS_NICE} or {@code RLIMIT_NICE}).
 */
final class LoopPriority {
    /** {@code -Dstoa.media.nice=0}: like all other threads. From -20, the first of all, to 19. */
    static final String PROPERTY = "stoa.media.nice";

    /** Nine times the share of a thread of 0 where both want the same core. */
    private static final int NICE = -10;
    /** As compilers are. */
    private static final int BEHIND = 10;
    private static final int FIRST = -20;
    private static final int LAST = 19;

    private LoopPriority() {}

    /** For the thread that calls. @return null if it has it, or no other is wanted; else why not */
    static String raise() {
        String wanted = System.getProperty(PROPERTY, String.valueOf(NICE));
        if (!wanted.matches("-?\\d{1,2}")) return PROPERTY + " is '" + wanted + "', a whole number from -20 to 19 is wanted";
        int nice = Integer.parseInt(wanted);
        if (nice < FIRST || nice > LAST) return PROPERTY + " is " + nice + ", allowed are " + FIRST + " to " + LAST;
        return nice == 0 ? null : set(nice);
    }

    /** For the thread that calls, which is in nobody's way then. @return null if it has it, or the system knows no such thing; else why not */
    static String giveWay() {
        return set(BEHIND);
    }

    private static String set(int nice) {
        if (!System.getProperty("os.name").equals("Linux")) return null;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = LinuxCalls.newState(arena);
            if (LinuxCalls.setpriority(state, nice) == 0) return null;
            return "nice " + nice + ": " + LinuxCalls.strerror(state, LinuxCalls.errno(state));
        } catch (LinkageError e) {
            return String.valueOf(e.getMessage());
        }
    }
}
