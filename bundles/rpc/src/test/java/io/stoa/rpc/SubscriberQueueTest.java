package io.stoa.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class SubscriberQueueTest {
    @Test
    void what_waits_has_an_end() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch last = new CountDownLatch(1);
        AtomicInteger heard = new AtomicInteger();
        try (SubscriberQueue queue = new SubscriberQueue(message -> {
            begun.countDown();
            awaits(release);
            if (message[0] == 1) last.countDown();
            else heard.incrementAndGet();
        })) {
            queue.deliver(new byte[1]);
            begun.await();
            for (int i = 0; i < SubscriberQueue.MOST_WAITING + 10; i++) queue.deliver(new byte[1]);
            release.countDown();
            while (last.getCount() > 0) {
                queue.deliver(new byte[] {1});
                last.await(10, TimeUnit.MILLISECONDS);
            }
            assertThat(heard).hasValue(SubscriberQueue.MOST_WAITING + 1);
        }
    }

    private static void awaits(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
