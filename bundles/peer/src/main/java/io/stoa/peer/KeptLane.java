package io.stoa.peer;

import io.stoa.media.DataLane;
import io.stoa.sctp.Reliability;

/** A data channel that the client knows to be open. @param stream id of its SCTP stream */
public record KeptLane(DataLane lane, int stream, boolean ordered, Reliability reliability) {}
