package io.stoa.store.memory;

import io.stoa.store.AgentStore;
import io.stoa.store.AgentStoreContract;
import io.stoa.store.DurableStoreContract;
import io.stoa.store.EgressStore;
import io.stoa.store.EgressStoreContract;
import io.stoa.store.IngressStore;
import io.stoa.store.IngressStoreContract;
import io.stoa.store.RoomStore;
import io.stoa.store.RoomStoreContract;
import io.stoa.store.SipStore;
import io.stoa.store.SipStoreContract;
import io.stoa.store.StoreCharge;
import org.junit.jupiter.api.Nested;

class MemoryStoresTest {
    private static final StoreCharge CHARGE = new StoreCharge() {};

    @Nested
    class Rooms extends RoomStoreContract {
        @Override
        protected RoomStore open() {
            return new MemoryRoomStore();
        }
    }

    @Nested
    class Egresses extends EgressStoreContract {
        @Override
        protected EgressStore open() {
            return new MemoryEgressStore(new MemoryHashes(), CHARGE);
        }
    }

    @Nested
    class Ingresses extends IngressStoreContract {
        @Override
        protected IngressStore open() {
            return new MemoryIngressStore(new MemoryHashes(), CHARGE);
        }
    }

    @Nested
    class Sip extends SipStoreContract {
        @Override
        protected SipStore open() {
            return new MemorySipStore(new MemoryHashes(), CHARGE);
        }
    }

    @Nested
    class Agents extends AgentStoreContract {
        @Override
        protected AgentStore open() {
            return new MemoryAgentStore(new MemoryHashes(), CHARGE);
        }
    }

    @Nested
    class Durable extends DurableStoreContract {
        @Override
        protected Provider open() {
            var hashes = new MemoryHashes();
            return new Provider(new MemoryDurableStore(hashes), new MemoryEgressStore(hashes, CHARGE), new MemoryIngressStore(hashes, CHARGE),
                    new MemorySipStore(hashes, CHARGE), new MemoryAgentStore(hashes, CHARGE));
        }
    }
}
