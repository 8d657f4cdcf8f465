package io.stoa.room;

import io.stoa.protocol.livekit.EgressInfo;
import io.stoa.protocol.livekit.IngressInfo;
import io.stoa.protocol.livekit.Job;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What becomes of the work that others do for rooms: egresses, ingresses, jobs of agents. For webhooks, metrics and plug-ins; told by the
 * services that give the work out, each on the node that knows first, and once. A whiteboard: register a service. Called in the order of
 * events of one egress, ingress or job; must not block. One that throws is reported and skipped.
 */
@ConsumerType
public interface WorkerListener {
    /** Its request is in the info, and with it the webhooks that are for this egress only. */
    default void egressStarted(EgressInfo egress) {}

    default void egressUpdated(EgressInfo egress) {}

    default void egressEnded(EgressInfo egress) {}

    default void ingressStarted(IngressInfo ingress) {}

    default void ingressEnded(IngressInfo ingress) {}

    /** A worker has taken the job, and its agent is expected in the room. */
    default void agentJobStarted(Job job) {}

    default void agentJobEnded(Job job) {}
}
