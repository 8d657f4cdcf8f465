package io.stoa.peer;

/**
 * A media section as the client knows it, for a peer that goes on with the connection where another one, maybe on another node, has had it.
 *
 * @param kind {@code audio}, {@code video} or {@code application}
 * @param published track that the client sends in it, null if none
 * @param publishedRank in the codec of that rank
 * @param carried track that was sent to the client in it last, null if none was
 * @param sent track that is sent to the client in it now, null if none is
 * @param rank the codec of that track which the client has taken, -1 if none
 */
public record KeptSection(String kind, String mid, String published, int publishedRank, String carried, SenderSpec sent, int rank) {}
