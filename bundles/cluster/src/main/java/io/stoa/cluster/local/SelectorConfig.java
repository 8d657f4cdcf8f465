package io.stoa.cluster.local;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** How nodes are selected (PID {@code io.stoa.node_selector}). */
@ObjectClassDefinition(pid = "io.stoa.node_selector", name = "Stoa node selection", description = "On which node a new room opens.")
public @interface SelectorConfig {
    @AttributeDefinition(description = "Which nodes come into question: any, sysload, cpuload or regionaware.")
    String kind() default "any";

    @AttributeDefinition(description = "Which of them is best: random, sysload, cpuload, rooms, clients, tracks or bytespersec.")
    String sortBy() default "random";

    @AttributeDefinition(description = "lowest: the best of all. twochoice: the better of two at random.")
    String algorithm() default "lowest";

    @AttributeDefinition(description = "Share of the processors in use up to which cpuload prefers a node.")
    double cpuLoadLimit() default 0.9;

    @AttributeDefinition(description = "Load average per processor up to which sysload and regionaware prefer a node.")
    double sysloadLimit() default 0.9;

    @AttributeDefinition(description = "For regionaware: each as JSON with name, lat and lon, in degrees.")
    String[] regions() default {};
}
