package io.stoa.store.file;

import io.stoa.store.AgentStore;
import io.stoa.store.AgentStoreContract;
import io.stoa.store.DurableStoreContract;
import io.stoa.store.EgressStore;
import io.stoa.store.EgressStoreContract;
import io.stoa.store.IngressStore;
import io.stoa.store.IngressStoreContract;
import io.stoa.store.SipStore;
import io.stoa.store.SipStoreContract;
import io.stoa.store.records.AgentRecords;
import io.stoa.store.records.DurableStores;
import io.stoa.store.records.EgressRecords;
import io.stoa.store.records.IngressRecords;
import io.stoa.store.records.SipRecords;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

class FileStoresTest {
    private final List<FileHashes> opened = new ArrayList<>();

    @TempDir
    private Path folder;

    private FileHashes file() {
        opened.add(new FileHashes(folder.resolve("store" + opened.size() + ".mv")));
        return opened.getLast();
    }

    @AfterEach
    void close() {
        opened.forEach(FileHashes::close);
    }

    @Nested
    class Egresses extends EgressStoreContract {
        @Override
        protected EgressStore open() {
            return new EgressRecords(file());
        }
    }

    @Nested
    class Ingresses extends IngressStoreContract {
        @Override
        protected IngressStore open() {
            return new IngressRecords(file());
        }
    }

    @Nested
    class Sip extends SipStoreContract {
        @Override
        protected SipStore open() {
            return new SipRecords(file());
        }
    }

    @Nested
    class Agents extends AgentStoreContract {
        @Override
        protected AgentStore open() {
            return new AgentRecords(file());
        }
    }

    @Nested
    class Durable extends DurableStoreContract {
        @Override
        protected Provider open() {
            FileHashes hashes = file();
            DurableStores stores = DurableStores.over(hashes);
            return new Provider(new FileDurableStore(null, hashes), stores.egress(), stores.ingress(), stores.sip(), stores.agents());
        }
    }
}
