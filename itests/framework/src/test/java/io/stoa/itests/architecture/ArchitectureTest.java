package io.stoa.itests.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The arrows of docs/architecture.md and the picture in README.md, over the compiled classes of all bundles. */
class ArchitectureTest {
    private static final String EXPORT = "org.osgi.annotation.bundle.Export";
    private static final String VERSION = "org.osgi.annotation.versioning.Version";
    private static final String PROVIDER_TYPE = "org.osgi.annotation.versioning.ProviderType";
    private static final String CONSUMER_TYPE = "org.osgi.annotation.versioning.ConsumerType";

    private static Parts parts;

    @BeforeAll
    static void read() throws IOException {
        parts = Parts.read();
    }

    // -- the picture

    @Test
    void every_bundle_is_in_the_picture_and_has_classes() throws IOException {
        Set<String> drawn = Parts.LAYERS.stream().flatMap(Set::stream).collect(Collectors.toCollection(TreeSet::new));
        assertThat(Parts.folders()).isEqualTo(drawn);
        drawn.removeAll(Parts.WRAPPED);
        assertThat(parts.classes().stream().map(one -> parts.bundle(one).orElseThrow()).collect(Collectors.toSet())).isEqualTo(drawn);
    }

    @Test
    void every_arrow_points_down() {
        classes().should(onlyUse("bundles below", Parts::arrow)).check(parts.classes());
    }

    @Test
    void nobody_uses_a_class_of_a_provider_or_a_manager_or_what_stands_above() {
        classes().should(onlyUse("contracts, libraries and infrastructure", (from, to) -> from.equals(to) || Parts.layer(to) <= 3)).check(parts.classes());
    }

    @Test
    void bundles_form_no_circles() {
        slices().assignedFrom(new SliceAssignment() {
            @Override
            public SliceIdentifier getIdentifierOf(JavaClass one) {
                return parts.bundle(one).map(SliceIdentifier::of).orElse(SliceIdentifier.ignore());
            }

            @Override
            public String getDescription() {
                return "bundles";
            }
        }).should().beFreeOfCycles().check(parts.classes());
    }

    @Test
    void packages_form_no_circles() {
        slices().matching("io.stoa.(**)").should().beFreeOfCycles().check(parts.classes());
    }

    @Test
    void control_touches_media_only_through_its_contract() {
        Set<String> control = Set.of("room", "signal", "cluster", "service.room", "service.agent", "service.egress", "service.ingress", "service.sip", "edge.agent", "cluster.redis", "edge.rtc", "edge.twirp", "ops.config", "ops.plugins", "ops.shell", "ops.store", "store.memory", "store.file", "store.redis", "store.records", "bus.redis", "redis", "rpc", "http", "ops.webhook", "ops.metrics", "ops.health");
        classes().that(in(control::contains)).should(onlyUse("no protocols", (from, to) -> !Parts.PROTOCOLS.contains(to))).check(parts.classes());
    }

    @Test
    void edges_and_operations_see_contracts_and_infrastructure_only() {
        Set<String> above = Parts.LAYERS.get(7);
        Predicate<String> seen = to -> Parts.LAYERS.get(0).contains(to) || Parts.CONTRACTS.contains(to) || Parts.INFRASTRUCTURE.contains(to);
        BiPredicate<String, String> whip = (from, to) -> from.equals("edge.whip") && to.equals("sdp"); // ADR 19
        classes().that(in(above::contains))
                .should(onlyUse("contracts and infrastructure", (from, to) -> from.equals(to) || seen.test(to) || whip.test(from, to)))
                .check(parts.classes());
    }

    @Test
    void contracts_do_not_know_each_other() {
        classes().that(in(Parts.CONTRACTS::contains)).should(onlyUse("vocabulary", (from, to) -> from.equals(to) || Parts.layer(to) == 0)).check(parts.classes());
    }

    // -- protocols are values

    @Test
    void protocols_know_no_framework_no_sockets_no_files_and_no_loggers() {
        classes().that(in(bundle -> Parts.PROTOCOLS.contains(bundle) || bundle.equals("base")))
                .should(neverDependOn("the framework", name -> name.startsWith("org.osgi.framework.") || name.startsWith("org.osgi.service.")))
                .andShould(neverDependOn("sockets", name -> name.startsWith("java.net.") && !Set.of("java.net.InetAddress", "java.net.InetSocketAddress",
                        "java.net.UnknownHostException").contains(name)))
                .andShould(neverDependOn("channels", name -> name.startsWith("java.nio.channels.") || name.startsWith("io.netty.")))
                .andShould(neverDependOn("files", name -> name.startsWith("java.nio.file.") || name.startsWith("java.io.File") || name.equals("java.io.RandomAccessFile")))
                .andShould(neverDependOn("loggers", name -> name.startsWith("org.slf4j.") || name.startsWith("java.util.logging.") || name.startsWith("java.lang.System$Logger")))
                .check(parts.classes());
    }

    @Test
    void protocols_are_told_the_time() {
        classes().that(in(bundle -> Parts.PROTOCOLS.contains(bundle) || bundle.equals("base")))
                .should(neverCall("a clock", call -> call.equals("java.lang.System.nanoTime") || call.equals("java.lang.System.currentTimeMillis")
                        || call.endsWith(".now") && call.startsWith("java.time.") || call.startsWith("java.time.Clock.system")))
                .check(parts.classes());
    }

    @Test
    void protocols_are_given_their_randomness() {
        classes().that(in(Parts.PROTOCOLS::contains))
                .should(neverCall("a source of randomness", call -> call.equals("java.lang.Math.random") || call.equals("java.util.UUID.randomUUID")
                        || call.equals("java.util.concurrent.ThreadLocalRandom.current") || call.equals("java.security.SecureRandom.<init>")
                        || call.equals("java.util.Random.<init>")))
                .check(parts.classes());
    }

    @Test
    void protocols_make_no_threads() {
        classes().that(in(Parts.PROTOCOLS::contains)).and(notExcepted(Exceptions.THREADS.keySet()))
                .should(neverCall("threads", ArchitectureTest::makesThreads))
                .check(parts.classes());
        assertThat(Exceptions.THREADS.keySet()).as("exceptions that are none").allSatisfy(name ->
                assertThat(parts.classes().get(name).getAccessesFromSelf()).anyMatch(access -> makesThreads(called(access))));
    }

    private static boolean makesThreads(String call) {
        return Set.of("java.lang.Thread.<init>", "java.lang.Thread.ofVirtual", "java.lang.Thread.ofPlatform", "java.lang.Thread.startVirtualThread",
                        "java.util.Timer.<init>").contains(call)
                || call.startsWith("java.util.concurrent.Executors.") || call.endsWith("ThreadPoolExecutor.<init>");
    }

    // -- contracts

    @Test
    void every_exported_package_has_a_version_and_only_contracts_libraries_and_infrastructure_export() {
        var exported = parts.classes().stream().filter(one -> one.getSimpleName().equals("package-info") && one.isAnnotatedWith(EXPORT)).toList();
        assertThat(exported).isNotEmpty().allSatisfy(one -> assertThat(one.isAnnotatedWith(VERSION)).as(one.getPackageName()).isTrue());
        assertThat(exported).extracting(one -> parts.bundle(one).orElseThrow()).allMatch(bundle -> Parts.layer(bundle) <= 3);
    }

    @Test
    void every_exported_interface_says_who_implements_it() {
        classes().that().areInterfaces().and().arePublic().and(new DescribedPredicate<>("are exported") {
            @Override
            public boolean test(JavaClass one) {
                return exported(one) && !one.getModifiers().contains(JavaModifier.SYNTHETIC) && !one.isAnnotation();
            }
        }).should(new ArchCondition<>("be of provider or of consumer type") {
            @Override
            public void check(JavaClass one, ConditionEvents events) {
                Optional<JavaClass> outer = one.getEnclosingClass();
                boolean said = said(one) || outer.isPresent() && said(outer.get());
                events.add(new SimpleConditionEvent(one, said, one.getName() + " is neither @ProviderType nor @ConsumerType"));
            }
        }).check(parts.classes());
    }

    private static boolean said(JavaClass one) {
        return one.isAnnotatedWith(PROVIDER_TYPE) || one.isAnnotatedWith(CONSUMER_TYPE);
    }

    private static boolean exported(JavaClass one) {
        return one.getPackage().isAnnotatedWith(EXPORT);
    }

    // -- no globals

    @Test
    void no_static_field_changes() {
        fields().that().areStatic().and(new DescribedPredicate<JavaField>("are not made by the compiler") {
            @Override
            public boolean test(JavaField field) {
                return !field.getModifiers().contains(JavaModifier.SYNTHETIC);
            }
        }).should().beFinal().check(parts.classes());
    }

    @Test
    void no_static_field_holds_what_changes() {
        fields().that().areStatic().should(new ArchCondition<>("not be of a type that is there to be changed") {
            @Override
            public void check(JavaField field, ConditionEvents events) {
                String type = field.getRawType().getName();
                boolean mutable = type.startsWith("java.util.concurrent.") && !type.equals("java.util.concurrent.TimeUnit")
                        || Set.of("java.lang.ThreadLocal", "java.util.HashMap", "java.util.ArrayList", "java.util.Random", "java.security.SecureRandom").contains(type);
                events.add(new SimpleConditionEvent(field, !mutable, field.getFullName() + " holds a " + type));
            }
        }).check(parts.classes());
    }

    // -- words of the rules

    private static DescribedPredicate<JavaClass> in(Predicate<String> bundles) {
        return new DescribedPredicate<>("are in the bundles in question") {
            @Override
            public boolean test(JavaClass one) {
                return parts.bundle(one).filter(bundles).isPresent();
            }
        };
    }

    private static DescribedPredicate<JavaClass> notExcepted(Set<String> names) {
        return new DescribedPredicate<>("are not excepted") {
            @Override
            public boolean test(JavaClass one) {
                return !names.contains(one.getName());
            }
        };
    }

    private static ArchCondition<JavaClass> onlyUse(String what, BiPredicate<String, String> allowed) {
        return new ArchCondition<>("only use " + what) {
            @Override
            public void check(JavaClass one, ConditionEvents events) {
                String from = parts.bundle(one).orElseThrow();
                for (Dependency dependency : one.getDirectDependenciesFromSelf())
                    parts.bundle(dependency.getTargetClass()).ifPresent(to -> events.add(
                            new SimpleConditionEvent(dependency, allowed.test(from, to), from + " > " + to + ": " + dependency.getDescription())));
            }
        };
    }

    private static ArchCondition<JavaClass> neverDependOn(String what, Predicate<String> names) {
        return new ArchCondition<>("not know " + what) {
            @Override
            public void check(JavaClass one, ConditionEvents events) {
                for (Dependency dependency : one.getDirectDependenciesFromSelf())
                    events.add(new SimpleConditionEvent(dependency, !names.test(dependency.getTargetClass().getBaseComponentType().getName()), dependency.getDescription()));
            }
        };
    }

    private static ArchCondition<JavaClass> neverCall(String what, Predicate<String> calls) {
        return new ArchCondition<>("not call " + what) {
            @Override
            public void check(JavaClass one, ConditionEvents events) {
                for (JavaAccess<?> access : one.getAccessesFromSelf()) events.add(new SimpleConditionEvent(access, !calls.test(called(access)), access.getDescription()));
            }
        };
    }

    private static String called(JavaAccess<?> access) {
        return access.getTargetOwner().getName() + "." + access.getName();
    }
}
