package io.stoa.service.agent;

import io.stoa.base.Ids;
import io.stoa.protocol.livekit.Job;
import io.stoa.protocol.livekit.JobState;
import io.stoa.protocol.livekit.JobType;
import io.stoa.protocol.rpc.CheckEnabledResponse;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;

/** Asks for jobs: one for each namespace that has workers of the kind (spec 8.2). On the desk. */
final class JobLauncher {
    private final AgentNodes nodes;
    private final Ids ids;
    private final Supplier<AgentsConfig> config;

    JobLauncher(AgentNodes nodes, Ids ids, Supplier<AgentsConfig> config) {
        this.nodes = nodes;
        this.ids = ids;
        this.config = config;
    }

    /** Who wants the jobs. */
    interface Wish {
        /** A job is asked for. */
        void asked(Job job);

        /** Somebody has taken it, or is done with it at once. */
        void taken(Job job, JobState state);

        void refused(Job job, Throwable why);

        /** No node has workers of that kind: nothing was asked for. @param known some node has workers of that name, for other jobs */
        void nobody(boolean known);
    }

    /** @param like without id and namespace */
    void launch(Job like, Wish wish) {
        nodes.checkEnabled(false, new Search(like, wish));
    }

    /** In one namespace, as a job of its own. */
    @SuppressWarnings("deprecation")
    void launch(Job like, String namespace, Wish wish) {
        AgentsConfig now = config.get();
        ask(like.toBuilder()
                .setId(ids.next(WorkerPool.JOB))
                .setNamespace(namespace)
                .clearState()
                .setEnableRecording(now.enableUserDataRecording())
                .setEnableRedaction(now.enableUserDataRedaction())
                .build(), wish);
    }

    /** As it is. */
    void ask(Job job, Wish wish) {
        wish.asked(job);
        nodes.request(JobKind.of(job).topic(), job.getType(), job).whenComplete((state, failure) -> {
            if (failure == null) wish.taken(job, state);
            else wish.refused(job, failure);
        });
    }

    /** Answers may come one after the other: a named agent is waited for, then every namespace counts. */
    private final class Search implements AgentNodes.Answers {
        final Job like;
        final Wish wish;
        final Set<String> namespaces = new HashSet<>();
        final Set<String> asked = new HashSet<>();
        boolean known;
        boolean elsewhere;

        Search(Job like, Wish wish) {
            this.like = like;
            this.wish = wish;
            known = like.getAgentName().isEmpty();
        }

        @Override
        @SuppressWarnings("deprecation")
        public void answer(CheckEnabledResponse answer) {
            elsewhere |= answer.getAgentNamesList().contains(like.getAgentName());
            if (!enabled(answer, like.getType())) return;
            known |= answer.getAgentNamesList().contains(like.getAgentName());
            namespaces.addAll(answer.getNamespacesList());
            if (known) for (String namespace : Set.copyOf(namespaces)) if (asked.add(namespace)) launch(like, namespace, wish);
        }

        /** An agent that is not remembered may have just come. */
        @Override
        public void done(boolean remembered) {
            if (!asked.isEmpty()) return;
            if (remembered && !like.getAgentName().isEmpty()) nodes.checkEnabled(true, this);
            else wish.nobody(elsewhere);
        }
    }

    private static boolean enabled(CheckEnabledResponse answer, JobType type) {
        return switch (type) {
            case JT_ROOM -> answer.getRoomEnabled();
            case JT_PUBLISHER -> answer.getPublisherEnabled();
            case JT_PARTICIPANT -> answer.getParticipantEnabled();
            case UNRECOGNIZED -> false;
        };
    }
}
