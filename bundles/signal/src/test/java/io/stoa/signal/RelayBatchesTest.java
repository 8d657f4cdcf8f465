package io.stoa.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.rpc.RelaySignalRequest;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Spec 7.6. */
@Timeout(30)
class RelayBatchesTest {
    private final Way way = new Way();
    private final CountDownLatch broken = new CountDownLatch(1);
    private final RelayBatches<SignalRequest, RelaySignalRequest> batches = new RelayBatches<>(
            (batch, before, last) -> RelaySignalRequest.newBuilder().addAllRequests(batch).setSeq(before).setClose(last).build(), broken::countDown);
    private final RelayBatches.Arrival arrival = new RelayBatches.Arrival();

    /** The other side: takes everything, or loses what it has taken, or the word that it has. */
    private final class Way implements RpcStream<RelaySignalRequest> {
        final List<Long> arrived = new ArrayList<>();
        RpcException failure;
        int unheard;
        boolean closed;

        @Override
        public synchronized void send(RelaySignalRequest batch) throws RpcException {
            if (failure != null) throw failure;
            for (SignalRequest request : arrival.fresh(batch.getRequestsList(), batch.getSeq())) arrived.add(request.getPing());
            notifyAll();
            if (unheard-- > 0) throw new RpcException(RpcCode.DEADLINE_EXCEEDED, "no acknowledgement");
        }

        @Override
        public synchronized boolean isOpen() {
            return failure == null;
        }

        synchronized void awaitArrived(int count) throws InterruptedException {
            while (arrived.size() < count) wait();
        }

        @Override
        public void close(RpcException reason) {
            throw new UnsupportedOperationException();
        }

        @Override
        public synchronized void close() {
            closed = true;
            notifyAll();
        }

        synchronized void awaitClosed() throws InterruptedException {
            while (!closed) wait();
        }
    }

    private void say(long from, long to) {
        for (long number = from; number < to; number++) batches.add(SignalRequest.newBuilder().setPing(number).build());
    }

    private static Long[] numbers(long count) {
        return LongStream.range(0, count).boxed().toArray(Long[]::new);
    }

    @Test
    void everything_arrives_once_and_in_order() throws Exception {
        say(0, 3); // before there is a stream
        batches.to(way);
        say(3, 500);
        way.awaitArrived(500);
        assertThat(way.arrived).containsExactly(numbers(500));
        batches.end();
        way.awaitClosed();
        say(500, 501);
        assertThat(way.arrived).hasSize(500);
        assertThat(broken.getCount()).isOne();
    }

    @Test
    void what_arrived_unheard_is_sent_again_and_dropped() throws Exception {
        way.unheard = 2;
        batches.to(way);
        say(0, 10);
        batches.end();
        way.awaitClosed();
        assertThat(way.arrived).containsExactly(numbers(10));
    }

    @Test
    void a_stream_that_is_closed_ends_it() throws Exception {
        way.failure = new RpcException(RpcCode.UNAVAILABLE, "closed");
        batches.to(way);
        say(0, 1);
        assertThat(broken.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void who_says_too_much_ends_it() throws Exception {
        say(0, RelayBatches.MAX_WAITING);
        assertThat(broken.getCount()).isOne();
        say(0, 1);
        assertThat(broken.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void what_has_not_left_is_given_back() {
        say(0, 4);
        assertThat(batches.stop()).extracting(SignalRequest::getPing).containsExactly(numbers(4));
    }

    @Test
    void a_gap_is_an_error() throws Exception {
        assertThat(arrival.fresh(List.of("a", "b"), 0)).containsExactly("a", "b");
        assertThat(arrival.fresh(List.of("a", "b", "c"), 0)).containsExactly("c");
        assertThat(arrival.fresh(List.of("b"), 1)).isEmpty();
        assertThatThrownBy(() -> arrival.fresh(List.of("e"), 4)).hasMessage("signal message dropped");
        assertThat(arrival.fresh(List.of("d"), 3)).containsExactly("d");
    }
}
