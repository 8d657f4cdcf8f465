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
import io.stoa.store.StoreCharge;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

class FileStoresTest {
    private static final StoreCharge CHARGE = new StoreCharge() {};
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
            return new FileEgressStore(file(), CHARGE);
        }
    }

    @Nested
    class Ingresses extends IngressStoreContract {
        @Override
        protected IngressStore open() {
            return new FileIngressStore(file(), CHARGE);
        }
    }

    @Nested
    class Sip extends SipStoreContract {
        @Override
        protected SipStore open() {
            return new FileSipStore(file(), CHARGE);
        }
    }

    @Nested
    class Agents extends AgentStoreContract {
        @Override
        protected AgentStore open() {
            return new FileAgentStore(file(), CHARGE);
        }
    }

    @Nested
    class Durable extends DurableStoreContract {
        @Override
        protected Provider open() {
            FileHashes hashes = file();
            return new Provider(new FileDurableStore(hashes), new FileEgressStore(hashes, CHARGE), new FileIngressStore(hashes, CHARGE),
                    new FileSipStore(hashes, CHARGE), new FileAgentStore(hashes, CHARGE));
        }
    }
}
