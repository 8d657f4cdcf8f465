package io.stoa.turn;

import io.stoa.base.Flow;
import io.stoa.turn.TurnCredentials.Account;
import io.stoa.turn.TurnSettings.RelayAddress;

/** An Allocate request that waits for its port, or for the pair of them; the owner of its flow meanwhile. */
final class Opening {
    final Flow client;
    final byte[] transaction;
    final boolean fingerprint;
    final String username;
    final Account account;
    final RelayAddress address;
    final long lifetimeNanos;
    final boolean even;
    final boolean pair;
    int triesLeft;
    Relay relay;
    /** Of the port above, for a client to come. */
    Relay reserved;
    boolean additionalFamily;

    Opening(Request request, RelayAddress address, long lifetimeNanos, boolean even, boolean pair, int tries) {
        client = request.client();
        transaction = request.view().transaction();
        fingerprint = request.view().hasFingerprint();
        username = request.username();
        account = request.account();
        this.address = address;
        this.lifetimeNanos = lifetimeNanos;
        this.even = even;
        this.pair = pair;
        triesLeft = tries;
    }
}
