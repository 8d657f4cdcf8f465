package io.stoa.metrics;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** What is counted, by the values of its labels. Bounded: guests must not be able to invent series without end. */
final class LabelSets<T> {
    static final int MOST = 1_000;
    /** Stands for all label values beyond that. */
    static final String OTHER = "other";

    private final List<String> names;
    private final Supplier<T> fresh;
    private final Map<List<String>, T> sets = new ConcurrentHashMap<>();

    LabelSets(List<String> names, Supplier<T> fresh) {
        this.names = names;
        this.fresh = fresh;
    }

    T of(String... values) {
        if (values.length != names.size()) throw new IllegalArgumentException("labels are " + names);
        List<String> key = List.of(values);
        T known = sets.get(key);
        if (known != null) return known;
        if (sets.size() >= MOST) key = names.stream().map(name -> OTHER).toList();
        return sets.computeIfAbsent(key, absent -> fresh.get());
    }

    Map<Map<String, String>, T> all() {
        Map<Map<String, String>, T> all = new LinkedHashMap<>();
        sets.forEach((values, counted) -> {
            Map<String, String> labels = new LinkedHashMap<>();
            for (int i = 0; i < names.size(); i++) labels.put(names.get(i), values.get(i));
            all.put(labels, counted);
        });
        return all;
    }
}
