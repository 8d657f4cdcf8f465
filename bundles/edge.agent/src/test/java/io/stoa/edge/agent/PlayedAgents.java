package io.stoa.edge.agent;

import io.stoa.agent.AgentServer;
import io.stoa.agent.WorkerSink;
import io.stoa.agent.WorkerSpec;
import io.stoa.protocol.livekit.WorkerMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** An agent server that writes down what it hears, and leaves that to the next. */
final class PlayedAgents implements AgentServer {
    final Map<String, WorkerSink> sinks = new TreeMap<>();
    final List<String> heard = new ArrayList<>();
    String begunWith;
    boolean forgetful;
    boolean full;
    boolean released;
    private final String name;
    private int workers;

    PlayedAgents(String name) {
        this.name = name;
    }

    @Override
    public Map<String, WorkerSession> begin(byte[] state, Map<String, WorkerSink> open) {
        begunWith = new String(state);
        Map<String, WorkerSession> sessions = new HashMap<>();
        if (!forgetful) open.forEach((id, sink) -> sessions.put(id, session(id, sink)));
        return sessions;
    }

    @Override
    public boolean takesWorkers() {
        return !full;
    }

    @Override
    public WorkerSession open(WorkerSpec worker, WorkerSink sink) {
        return session("AW_" + worker.apiKey() + "_" + name + ++workers, sink);
    }

    private WorkerSession session(String id, WorkerSink sink) {
        sinks.put(id, sink);
        return new WorkerSession() {
            @Override
            public String id() {
                return id;
            }

            @Override
            public void receive(WorkerMessage message) {
                heard.add(id + " " + message.getPing().getTimestamp());
            }

            @Override
            public void closed() {
                heard.add(id + " closed");
            }
        };
    }

    @Override
    public byte[] release() {
        released = true;
        return ("left by " + name).getBytes();
    }
}
