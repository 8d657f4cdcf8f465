package io.stoa.edge.whip;

import io.stoa.sdp.MediaDescription;
import io.stoa.sdp.SdpException;
import io.stoa.sdp.SdpParser;
import io.stoa.sdp.SessionDescription;
import java.util.List;
import java.util.stream.Stream;

/**
 * {@code application/trickle-ice-sdpfrag} (RFC 8840 section 9): credentials and candidates.
 *
 * @param mids sections that it speaks of
 * @param candidates {@code candidate:…}
 */
record IceFragment(String ufrag, String password, List<String> mids, List<String> candidates) {
    static IceFragment parse(String text) throws WhipException {
        SessionDescription fragment;
        try {
            fragment = SdpParser.parse("v=0\r\n" + text);
        } catch (SdpException e) {
            throw new WhipException(400, "invalid sdp fragment: " + e.getMessage());
        }
        if (fragment.media.isEmpty()) throw new WhipException(400, "invalid sdp fragment: it has no media section");
        MediaDescription first = fragment.media.getFirst();
        if (first.iceUfrag == null || first.icePwd == null) throw new WhipException(400, "invalid sdp fragment: it has no ice-ufrag and ice-pwd");
        return new IceFragment(
                first.iceUfrag,
                first.icePwd,
                fragment.media.stream().map(section -> section.mid).toList(),
                fragment.media.stream().flatMap(section -> section.candidates.stream()).toList());
    }

    /** The section whose transport all others share. @throws WhipException if every section was refused */
    static MediaDescription transport(SessionDescription answer) throws WhipException {
        return answer.media.stream().filter(section -> !section.rejected()).findFirst()
                .orElseThrow(() -> new WhipException(400, "nothing of the offer can be received"));
    }

    /** Of an answer: what it says of ICE. */
    static String of(SessionDescription answer) throws WhipException {
        MediaDescription first = transport(answer);
        StringBuilder text = new StringBuilder();
        Stream<String> session = Stream.of("ice-ufrag:" + first.iceUfrag, "ice-pwd:" + first.icePwd);
        Stream<String> bundle = answer.bundle.isEmpty() ? Stream.of() : Stream.of("group:BUNDLE " + String.join(" ", answer.bundle));
        Stream.concat(session, bundle).forEach(line -> attribute(text, line));
        text.append("m=").append(first.kind).append(" 9 ").append(first.protocol).append(" 0\r\n");
        attribute(text, "mid:" + first.mid);
        first.candidates.forEach(candidate -> attribute(text, candidate));
        if (first.endOfCandidates) attribute(text, "end-of-candidates");
        return text.toString();
    }

    private static void attribute(StringBuilder text, String value) {
        text.append("a=").append(value).append("\r\n");
    }
}
