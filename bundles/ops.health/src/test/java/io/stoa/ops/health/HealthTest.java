package io.stoa.ops.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.health.HealthCheck;
import io.stoa.health.HealthCheck.Finding;
import io.stoa.health.HealthCheck.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HealthTest {
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final List<HealthCheck> checks = new ArrayList<>();
    private long now = 1;
    private int asked;

    @AfterEach
    void close() {
        executor.shutdownNow();
    }

    private Health health(long patienceMillis) {
        return new Health(() -> checks, executor, () -> now, patienceMillis);
    }

    @Test
    void every_check_is_asked_and_asked_again_after_a_second() {
        checks.add(() -> {
            asked++;
            return List.of(Finding.well("a", Kind.LIVE, "fine"), Finding.well("b", Kind.READY, "fine"));
        });
        Health health = health(20_000);
        assertThat(health.findings()).extracting(Finding::part).containsExactly("a", "b");
        now += 999_999_999;
        health.findings();
        assertThat(asked).isEqualTo(1);
        now++;
        health.findings();
        assertThat(asked).isEqualTo(2);
    }

    @Test
    void what_is_not_well_is_soon_asked_again() {
        checks.add(() -> List.of(++asked > 1 ? Finding.well("a", Kind.READY, "fine") : Finding.unwell("a", Kind.READY, "not yet")));
        Health health = health(20_000);
        health.findings();
        now += 49_999_999;
        assertThat(health.findings()).noneMatch(Finding::well);
        now++;
        assertThat(health.findings()).allMatch(Finding::well);
    }

    @Test
    void a_check_that_fails_is_not_well_and_keeps_no_other_from_saying_how_it_is() {
        checks.add(() -> {
            throw new IllegalStateException("broken");
        });
        checks.add(() -> List.of(Finding.well("b", Kind.READY, "fine")));
        assertThat(health(20_000).findings()).satisfiesExactly(
                failed -> {
                    assertThat(failed.well()).isFalse();
                    assertThat(failed.words()).contains("broken");
                },
                well -> assertThat(well.well()).isTrue());
    }

    @Test
    void a_check_that_hangs_is_not_waited_for() {
        CountDownLatch never = new CountDownLatch(1);
        checks.add(() -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return List.of();
        });
        assertThat(health(50).findings()).singleElement().satisfies(hangs -> {
            assertThat(hangs.well()).isFalse();
            assertThat(hangs.words()).contains("does not say");
        });
    }
}
