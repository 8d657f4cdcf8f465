package io.stoa.turn;

import io.stoa.base.Flow;
import io.stoa.ice.StunView;
import io.stoa.turn.TurnCredentials.Account;

/** An authenticated request, for as long as it is being answered. */
record Request(long now, Flow client, StunView view, String username, Account account) {
    /** Of the client; null if it has none. */
    Allocation allocation() {
        return client.owner instanceof Allocation allocation ? allocation : null;
    }
}
