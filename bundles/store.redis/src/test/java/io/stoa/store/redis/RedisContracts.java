package io.stoa.store.redis;

import io.stoa.redis.RedisConnection;
import io.stoa.store.AgentStore;
import io.stoa.store.AgentStoreContract;
import io.stoa.store.EgressStore;
import io.stoa.store.EgressStoreContract;
import io.stoa.store.IngressStore;
import io.stoa.store.IngressStoreContract;
import io.stoa.store.RoomStore;
import io.stoa.store.RoomStoreContract;
import io.stoa.store.SipStore;
import io.stoa.store.SipStoreContract;
import io.stoa.store.records.DurableStores;
import org.junit.jupiter.api.Nested;

/** The contracts over one Redis or another, which is empty when a test begins. */
abstract class RedisContracts {
    abstract RedisConnection redis();

    final DurableStores stores() {
        return RedisDurableStore.stores(Conversation.with(redis()));
    }

    @Nested
    class Rooms extends RoomStoreContract {
        @Override
        protected RoomStore open() {
            return new RedisRoomStore(Conversation.with(redis()), new Settling());
        }
    }

    @Nested
    class Egresses extends EgressStoreContract {
        @Override
        protected EgressStore open() {
            return stores().egress();
        }
    }

    @Nested
    class Ingresses extends IngressStoreContract {
        @Override
        protected IngressStore open() {
            return stores().ingress();
        }
    }

    @Nested
    class Sip extends SipStoreContract {
        @Override
        protected SipStore open() {
            return stores().sip();
        }
    }

    @Nested
    class Agents extends AgentStoreContract {
        @Override
        protected AgentStore open() {
            return stores().agents();
        }
    }
}
