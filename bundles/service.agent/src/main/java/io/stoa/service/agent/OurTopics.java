package io.stoa.service.agent;

import io.stoa.protocol.handover.AgentJobIds;
import io.stoa.protocol.handover.AgentJobNews;
import io.stoa.protocol.handover.AgentJobs;
import io.stoa.rpc.RpcMethod;
import io.stoa.rpc.RpcMethod.Kind;

/** What LiveKit's nodes do not say to each other: without it a room knows nothing of its jobs once a worker of another node has them. */
final class OurTopics {
    private static final String SERVICE = "StoaAgents";

    /** Topic: the name of the room. */
    static final RpcMethod<AgentJobNews, AgentJobNews> JOB_NEWS =
            new RpcMethod<>(SERVICE, "JobNews", AgentJobNews.getDefaultInstance(), AgentJobNews.getDefaultInstance(), Kind.EVENT);
    /** Which of these jobs have your rooms given away? No topic. */
    static final RpcMethod<AgentJobIds, AgentJobs> FIND_JOBS =
            new RpcMethod<>(SERVICE, "FindJobs", AgentJobIds.getDefaultInstance(), AgentJobs.getDefaultInstance(), Kind.MULTI);
    /** Which of these jobs have your workers? No topic. */
    static final RpcMethod<AgentJobIds, AgentJobIds> HAVE_JOBS =
            new RpcMethod<>(SERVICE, "HaveJobs", AgentJobIds.getDefaultInstance(), AgentJobIds.getDefaultInstance(), Kind.MULTI);

    private OurTopics() {}
}
