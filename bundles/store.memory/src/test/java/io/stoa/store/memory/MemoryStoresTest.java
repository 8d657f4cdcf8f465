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
import io.stoa.store.records.AgentRecords;
import io.stoa.store.records.DurableStores;
import io.stoa.store.records.EgressRecords;
import io.stoa.store.records.IngressRecords;
import io.stoa.store.records.SipRecords;
import org.junit.jupiter.api.Nested;

class MemoryStoresTest {
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
            return new EgressRecords(new MemoryHashes());
        }
    }

    @Nested
    class Ingresses extends IngressStoreContract {
        @Override
        protected IngressStore open() {
            return new IngressRecords(new MemoryHashes());
        }
    }

    @Nested
    class Sip extends SipStoreContract {
        @Override
        protected SipStore open() {
            return new SipRecords(new MemoryHashes());
        }
    }

    @Nested
    class Agents extends AgentStoreContract {
        @Override
        protected AgentStore open() {
            return new AgentRecords(new MemoryHashes());
        }
    }

    @Nested
    class Durable extends DurableStoreContract {
        @Override
        protected Provider open() {
            var hashes = new MemoryHashes();
            var stores = DurableStores.over(hashes);
            return new Provider(new MemoryDurableStore(hashes), stores.egress(), stores.ingress(), stores.sip(), stores.agents());
        }
    }
}
