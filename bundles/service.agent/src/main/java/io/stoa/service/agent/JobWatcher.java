package io.stoa.service.agent;

import io.stoa.protocol.livekit.Job;

/** Who wants to know what becomes of jobs that workers have. On the desk. */
interface JobWatcher {
    /** Its worker says so. */
    void changed(Job job);

    /** Its worker's connection is gone; the job may go on without it. */
    void lost(Job job);
}
