package io.stoa.service.agent;

import io.stoa.protocol.livekit.Job;
import io.stoa.protocol.livekit.JobType;
import io.stoa.protocol.livekit.RegisterWorkerRequest;

/** What a worker is there for, and a job asks for. */
record JobKind(String agentName, String namespace, JobType type, String deployment) {
    private static final int MAX_DEPLOYMENT_BYTES = 64;

    @SuppressWarnings("deprecation") // namespaces
    static JobKind of(RegisterWorkerRequest worker) {
        return new JobKind(worker.getAgentName(), worker.getNamespace(), worker.getType(), worker.getDeployment());
    }

    @SuppressWarnings("deprecation")
    static JobKind of(Job job) {
        return new JobKind(job.getAgentName(), job.getNamespace(), job.getType(), job.getDeployment());
    }

    /** The first part of the topic under which such jobs are asked for; the second is the type (spec 8.2). */
    String topic() {
        String topic = agentName.isEmpty() ? namespace : namespace.isEmpty() ? agentName : agentName + "_" + namespace;
        return deployment.isEmpty() ? topic : topic + "_" + deployment;
    }

    /** The second part. */
    static String topic(JobType type) {
        return switch (type) {
            case JT_ROOM -> "room";
            case JT_PUBLISHER -> "publisher";
            case JT_PARTICIPANT -> "participant";
            case UNRECOGNIZED -> throw new IllegalArgumentException("a job of an unknown type");
        };
    }

    @Override
    public String toString() {
        return type + " \"" + topic() + "\"";
    }

    /** @return why it cannot be the name of a deployment, in words for whoever gave it; null if it can */
    static String deploymentFault(String deployment) {
        byte[] bytes = deployment.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        if (bytes.length > MAX_DEPLOYMENT_BYTES) return "deployment exceeds " + MAX_DEPLOYMENT_BYTES + " bytes";
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '_') return "deployment contains reserved character '_'";
            if (bytes[i] >= 0 && bytes[i] <= ' ' || bytes[i] == 0x7f) return "deployment contains whitespace or control byte at position " + i;
        }
        return null;
    }
}
