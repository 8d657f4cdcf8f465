package io.stoa.store;

import io.stoa.protocol.livekit.AgentDispatch;
import io.stoa.protocol.livekit.Job;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** Agent dispatches and their jobs, by room (spec 7.2, 8.4). */
@ProviderType
public interface AgentStore {
    /** Jobs in its state are left out: they have records of their own. */
    void putDispatch(AgentDispatch dispatch) throws StoreException;

    void deleteDispatch(String roomName, String dispatchId) throws StoreException;

    /** With the jobs that are stored for each of them. */
    List<AgentDispatch> dispatches(String roomName) throws StoreException;

    /** Its room is left out, and of its participant only the identity is kept. */
    void putJob(String roomName, Job job) throws StoreException;

    void deleteJob(String roomName, String jobId) throws StoreException;

    /** All dispatches and jobs of a room that has ended. */
    void deleteRoom(String roomName) throws StoreException;
}
