package io.stoa.rpc.psrpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class WorkersTest {
    @Test
    void more_than_may_be_are_not_begun() {
        RpcDrops drops = new RpcDrops();
        Workers workers = new Workers(drops);
        CountDownLatch release = new CountDownLatch(1);
        for (int i = 0; i < Workers.MOST; i++) assertThat(workers.run(() -> awaits(release))).isTrue();
        assertThat(workers.run(() -> awaits(release))).isFalse();
        assertThat(drops.snapshot()).containsEntry(RpcDrop.OVERLOADED, 1L);
        release.countDown();
        while (!workers.run(() -> {})) Thread.onSpinWait();
    }

    private static void awaits(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
