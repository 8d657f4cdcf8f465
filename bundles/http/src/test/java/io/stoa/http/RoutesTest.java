package io.stoa.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class RoutesTest {
    private final AtomicLong now = new AtomicLong();
    private final Routes routes = new Routes(now::get);

    private record Route(String path) implements HttpRoute {
        @Override
        public void handle(HttpExchange exchange) {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void the_longest_path_then_the_highest_ranking_then_the_oldest() throws Exception {
        Route any = new Route("/");
        Route twirp = new Route("/twirp/");
        Route better = new Route("/twirp/");
        Route later = new Route("/twirp/");
        routes.add(any, 0, 1);
        routes.add(twirp, 0, 2);
        routes.add(later, 0, 3);
        assertThat(routes.of("/twirp/x")).isSameAs(twirp);
        routes.add(better, 1, 4);
        assertThat(routes.of("/twirp/x")).isSameAs(better);
        assertThat(routes.of("/x")).isSameAs(any);
    }

    @Test
    void a_path_whose_route_has_just_gone_waits_for_the_next_one() throws Exception {
        Route first = new Route("/rtc");
        Route second = new Route("/rtc");
        routes.add(new Route("/"), 0, 1);
        routes.add(first, 0, 2);
        routes.remove(first);
        CompletableFuture<HttpRoute> asked = ask("/rtc");
        assertThat(routes.of("/other").path()).as("nobody else waits").isEqualTo("/");
        assertThat(asked).isNotDone();
        routes.add(second, 0, 3);
        assertThat(asked.get()).isSameAs(second);
    }

    @Test
    void not_for_ever() throws Exception {
        Route first = new Route("/rtc");
        routes.add(first, 0, 1);
        routes.remove(first);
        now.addAndGet(Routes.PATIENCE_NANOS);
        assertThat(routes.of("/rtc")).isNull();
        assertThat(routes.paths()).isEmpty();
    }

    @Test
    void what_the_predecessor_answered_is_waited_for() throws Exception {
        Route twirp = new Route("/twirp/");
        routes.add(twirp, 0, 1);
        routes.expect(List.of("/twirp/", "/rtc"));
        assertThat(routes.paths()).containsExactlyInAnyOrder("/twirp/", "/rtc");
        assertThat(routes.of("/twirp/x")).as("it is there already").isSameAs(twirp);
        CompletableFuture<HttpRoute> asked = ask("/rtc");
        Route rtc = new Route("/rtc");
        routes.add(rtc, 0, 2);
        assertThat(asked.get()).isSameAs(rtc);
    }

    @Test
    void one_of_two_that_goes_is_not_waited_for() throws Exception {
        Route first = new Route("/rtc");
        Route second = new Route("/rtc");
        routes.add(first, 0, 1);
        routes.add(second, 0, 2);
        routes.remove(first);
        assertThat(routes.of("/rtc")).isSameAs(second);
    }

    @Test
    void while_the_server_starts_every_path_waits_for_whoever_answers_it() throws Exception {
        routes.starting();
        Route twirp = new Route("/twirp/");
        routes.add(twirp, 0, 1);
        assertThat(routes.of("/twirp/x")).isSameAs(twirp);
        assertThat(routes.now("/")).as("whether it listens").isNull();
        CompletableFuture<HttpRoute> joins = ask("/rtc");
        CompletableFuture<HttpRoute> errs = ask("/nobody");
        now.addAndGet(2 * Routes.PATIENCE_NANOS);
        Route rtc = new Route("/rtc");
        routes.add(rtc, 0, 2);
        assertThat(joins.get()).isSameAs(rtc);
        assertThat(errs).isNotDone();
        routes.started();
        now.addAndGet(Routes.AFTER_START_NANOS);
        routes.add(new Route("/other"), 0, 3);
        assertThat(errs.get()).isNull();
        assertThat(routes.of("/nobody")).isNull();
    }

    private CompletableFuture<HttpRoute> ask(String path) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return routes.of(path);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }, Thread::startVirtualThread);
    }
}
