package io.stoa.health;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/** A part that knows whether it is well. A whiteboard: register a service. */
@ConsumerType
public interface HealthCheck {
    /** As it is now. Any thread; has a second. One that throws, or takes longer, is not well. */
    List<Finding> findings();

    /** What follows if something is not well. */
    enum Kind {
        /** Only a new start of the process helps. */
        LIVE,
        /** Nobody new should be sent here; those who are here stay. */
        READY
    }

    /**
     * @param part short, of words that stay the same
     * @param words for people: what is wrong and what they can do; of what is well, what it is
     */
    record Finding(String part, Kind kind, boolean well, String words) {
        public static Finding well(String part, Kind kind, String words) {
            return new Finding(part, kind, true, words);
        }

        public static Finding unwell(String part, Kind kind, String words) {
            return new Finding(part, kind, false, words);
        }
    }
}
