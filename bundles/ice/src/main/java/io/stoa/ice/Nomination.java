package io.stoa.ice;

import io.stoa.base.Flow;
import io.stoa.base.Time;

/**
 * Which valid pair a controlling agent nominates, and when: how long it waits for something better RFC 8445 section 8.1.1 leaves to it. A
 * relayed path waits for any direct one, which may need a connection (ICE/TCP) or a NAT opened first; a direct one for those of higher
 * priority, as long as they may turn out to be about as quick.
 */
final class Nomination {
    private final IceSettings settings;
    private final CheckList pairs;

    Nomination(IceSettings settings, CheckList pairs) {
        this.settings = settings;
        this.pairs = pairs;
    }

    /**
     * When the first of the valid pairs has waited long enough for better ones.
     *
     * @param silent nothing comes over what is selected, and hasn't since {@code heardAt}
     */
    long due(boolean silent, long heardAt) {
        if (pairs.selected != null && !pairs.selected.relayed() && !silent) return Time.NEVER;
        IcePair asked = asked();
        long due = Time.NEVER;
        for (IcePair pair : pairs) if (worthAsking(pair, asked, silent, heardAt)) due = Time.earlier(due, patientUntil(pair));
        return due;
    }

    /** The best that may be nominated now. */
    IcePair best(boolean silent, long heardAt) {
        IcePair asked = asked();
        IcePair best = null;
        for (IcePair pair : pairs)
            if (worthAsking(pair, asked, silent, heardAt) && (best == null || pair.betterThan(best, true))) best = pair;
        return best;
    }

    private long patientUntil(IcePair pair) {
        if (pair.relayed()) return pair.answeredAt + settings.relayAfterNanos();
        long latest = pair.answeredAt + settings.nominateAfterNanos();
        boolean known = pair.local.protocol() == Flow.Protocol.UDP && !pair.remote.type().equals("prflx"); // that may turn out to be a relay
        if (!known) return latest;
        long until = pair.answeredAt;
        for (IcePair other : pairs) {
            if (!other.isOpen() || !other.betterThan(pair, true)) continue;
            if (other.state == IcePair.State.WAITING) return latest;
            long quick = other.sentAt + 2 * pair.roundTrip;
            if (quick - until > 0) until = quick;
        }
        return Time.earlier(until, latest);
    }

    /** One nomination at a time, and one that counts: only for a relayed path, or one that is silent, is there another. */
    private boolean worthAsking(IcePair pair, IcePair asked, boolean silent, long heardAt) {
        if (pair.state != IcePair.State.SUCCEEDED || pair == pairs.selected) return false;
        if (asked != null) return asked.relayed() && !pair.relayed();
        if (pairs.selected == null) return true;
        return silent ? pair.answeredAt - heardAt > 0 : pairs.selected.relayed() && !pair.relayed();
    }

    private IcePair asked() {
        for (IcePair pair : pairs) if (pair.nominating && pair.state == IcePair.State.IN_PROGRESS) return pair;
        return null;
    }
}
