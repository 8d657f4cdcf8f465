package io.stoa.sdp;

import java.util.List;
import java.util.Locale;

/** Model to text, lines ended by CRLF. */
public final class SdpWriter {
    private final StringBuilder text = new StringBuilder(4096);

    private SdpWriter() {}

    public static String write(SessionDescription session) {
        SdpWriter writer = new SdpWriter();
        writer.session(session);
        for (MediaDescription media : session.media) writer.media(media);
        return writer.text.toString();
    }

    private void line(char type, String value) {
        text.append(type).append('=').append(value).append("\r\n");
    }

    private void a(String value) {
        line('a', value);
    }

    private void a(String key, Object value) {
        if (value != null) line('a', key + ":" + value);
    }

    private void session(SessionDescription session) {
        line('v', "0");
        line('o', "- " + Long.toUnsignedString(session.sessionId) + " " + Long.toUnsignedString(session.version) + " IN IP4 0.0.0.0");
        line('s', "-");
        line('t', "0 0");
        if (session.iceLite) a("ice-lite");
        a("msid-semantic", session.msidSemantic);
        if (session.extmapAllowMixed) a("extmap-allow-mixed");
        if (!session.bundle.isEmpty()) a("group", "BUNDLE " + String.join(" ", session.bundle));
        session.otherAttributes.forEach(this::a);
    }

    private void media(MediaDescription m) {
        StringBuilder formats = new StringBuilder();
        for (Codec codec : m.codecs) formats.append(' ').append(codec.payloadType());
        for (String format : m.formats) formats.append(' ').append(format);
        if (formats.isEmpty()) formats.append(" 0");
        line('m', m.kind + " " + m.port + " " + m.protocol + formats);
        line('c', "IN IP4 0.0.0.0");
        transport(m);
        if (m.isRtp()) codecs(m);
        for (MediaDescription.HeaderExtension e : m.extensions)
            a("extmap", e.id() + (e.direction() == null ? "" : "/" + e.direction().attribute()) + " " + e.uri());
        streams(m);
        m.otherAttributes.forEach(this::a);
        m.candidates.forEach(this::a);
        if (m.endOfCandidates) a("end-of-candidates");
    }

    private void transport(MediaDescription m) {
        if (!m.mid.isEmpty()) a("mid", m.mid);
        a("ice-ufrag", m.iceUfrag);
        a("ice-pwd", m.icePwd);
        a("ice-options", m.iceOptions);
        a("fingerprint", m.fingerprint);
        if (m.setup != null) a("setup", m.setup.name().toLowerCase(Locale.ROOT));
        if (m.bundleOnly) a("bundle-only");
        a(m.direction.attribute());
        if (m.rtcpMux) a("rtcp-mux");
        if (m.rtcpReducedSize) a("rtcp-rsize");
        if (m.sctpPort > 0) a("sctp-port", m.sctpPort);
        if (m.maxMessageSize > 0) a("max-message-size", m.maxMessageSize);
    }

    private void codecs(MediaDescription m) {
        for (Codec codec : m.codecs) {
            int pt = codec.payloadType();
            a("rtpmap", pt + " " + codec.name() + "/" + codec.clockRate() + (codec.channels() > 1 ? "/" + codec.channels() : ""));
            for (String feedback : codec.feedback()) a("rtcp-fb", pt + " " + feedback);
            if (!codec.fmtp().isEmpty()) a("fmtp", pt + " " + codec.fmtp());
        }
    }

    private void streams(MediaDescription m) {
        for (MediaDescription.Msid msid : m.msids) a("msid", (msid.stream() + " " + msid.track()).strip());
        for (MediaDescription.Rid rid : m.rids) a("rid", (rid.id() + " " + rid.direction() + " " + rid.restrictions()).strip());
        String simulcast = simulcast("send", m.simulcastSend) + simulcast(" recv", m.simulcastReceive);
        if (!simulcast.isBlank()) a("simulcast", simulcast.strip());
        for (MediaDescription.SsrcGroup group : m.ssrcGroups) {
            StringBuilder ssrcs = new StringBuilder(group.semantics());
            for (long ssrc : group.ssrcs()) ssrcs.append(' ').append(ssrc);
            a("ssrc-group", ssrcs);
        }
        m.ssrcs.forEach((ssrc, attributes) -> attributes.forEach(
                (key, value) -> a("ssrc", ssrc + " " + key + (value.isEmpty() ? "" : ":" + value))));
    }

    private static String simulcast(String direction, List<String> ids) {
        return ids.isEmpty() ? "" : direction + " " + String.join(";", ids);
    }
}
