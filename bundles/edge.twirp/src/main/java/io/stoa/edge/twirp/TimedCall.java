package io.stoa.edge.twirp;

import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The header {@code X-Twirp-Timeout-Ms} (spec 1.4): how long its client will wait for the answer. A call that takes longer is interrupted;
 * what it did until then stays done. What is no number counts as absent.
 */
final class TimedCall {
    static final String HEADER = "X-Twirp-Timeout-Ms";

    private TimedCall() {}

    /** @param header null if absent */
    static <T> T run(String header, Callable<T> call) throws RpcException {
        FutureTask<T> task = new FutureTask<>(call);
        try {
            if (!isNumber(header)) {
                task.run();
                return task.get();
            }
            long millis = Long.parseLong(header);
            if (millis <= 0) throw canceled();
            Thread.ofVirtual().name("twirp-timed").start(task);
            return task.get(millis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            task.cancel(true);
            throw canceled();
        } catch (InterruptedException e) {
            task.cancel(true);
            Thread.currentThread().interrupt();
            throw canceled();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RpcException known) throw known;
            if (e.getCause() instanceof RuntimeException bug) throw bug;
            throw new IllegalStateException("a call failed in a way that it does not declare", e.getCause());
        }
    }

    /** @return null if the header says nothing */
    static Duration patience(String header) {
        return isNumber(header) ? Duration.ofMillis(Long.parseLong(header)) : null;
    }

    private static boolean isNumber(String header) {
        return header != null && header.matches("-?[0-9]{1,15}");
    }

    private static RpcException canceled() {
        return new RpcException(RpcCode.CANCELED, "request canceled");
    }
}
