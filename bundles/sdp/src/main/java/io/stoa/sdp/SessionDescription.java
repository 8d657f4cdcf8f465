package io.stoa.sdp;

import java.util.ArrayList;
import java.util.List;

/** A whole description: an offer or an answer. */
public final class SessionDescription {
    public long sessionId;
    public long version;

    /** Mids of the BUNDLE group, empty if there is none. */
    public List<String> bundle = new ArrayList<>();

    public boolean extmapAllowMixed;
    public boolean iceLite;
    public String msidSemantic = "WMS *";
    public List<MediaDescription> media = new ArrayList<>();
    public List<String> otherAttributes = new ArrayList<>();

    public MediaDescription byMid(String mid) {
        for (MediaDescription section : media) if (section.mid.equals(mid)) return section;
        return null;
    }
}
