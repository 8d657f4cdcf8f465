package io.stoa.store;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Many who do the same at once. */
public final class Crowd {
    private Crowd() {}

    public interface Deed<T> {
        T by(int who) throws Exception;
    }

    /** @return what each of them got, in their order */
    public static <T> List<T> of(int size, Deed<T> deed) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<T>> all = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                int who = i;
                all.add(threads.submit(() -> deed.by(who)));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> one : all) results.add(one.get());
            return results;
        }
    }
}
