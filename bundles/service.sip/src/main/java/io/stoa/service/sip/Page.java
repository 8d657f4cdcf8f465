package io.stoa.service.sip;

import io.stoa.protocol.livekit.Pagination;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What a list shows: all of it, or, in the order of ids, some after a given one. */
final class Page {
    private Page() {}

    /** @param page the default instance for all, in the order of the store */
    static <T> List<T> of(List<T> all, Predicate<T> filter, Function<T, String> id, Pagination page) {
        Stream<T> shown = all.stream().filter(filter);
        if (page.equals(Pagination.getDefaultInstance())) return shown.toList();
        shown = shown.filter(one -> id.apply(one).compareTo(page.getAfterId()) > 0).sorted(Comparator.comparing(id));
        return page.getLimit() > 0 ? shown.limit(page.getLimit()).toList() : shown.toList();
    }
}
