package io.stoa.sdp;

import io.stoa.sdp.MediaDescription.HeaderExtension;
import io.stoa.sdp.MediaDescription.Msid;
import io.stoa.sdp.MediaDescription.Rid;
import io.stoa.sdp.MediaDescription.Setup;
import io.stoa.sdp.MediaDescription.SsrcGroup;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Text to model. Bounded in size; every fault names its line. */
public final class SdpParser {
    public static final int MAX_CHARACTERS = 512 * 1024;
    public static final int MAX_SECTIONS = 1_000;
    private static final int MAX_SSRCS = 256;
    private static final int MAX_FEEDBACK = 32;

    private final SessionDescription session = new SessionDescription();
    private final MediaDescription defaults = new MediaDescription();
    private final List<Map<Integer, String>> rtpmaps = new ArrayList<>();
    private final List<Map<Integer, String>> fmtps = new ArrayList<>();
    private final List<Map<String, List<String>>> feedbacks = new ArrayList<>();
    private MediaDescription section;
    private int lineNumber;
    private String line = "";

    private SdpParser() {}

    public static SessionDescription parse(String text) throws SdpException {
        if (text == null || text.isBlank()) throw new SdpException("SDP is empty");
        if (text.length() > MAX_CHARACTERS)
            throw new SdpException("SDP of " + text.length() + " characters, at most " + MAX_CHARACTERS + " are allowed");
        return new SdpParser().read(text);
    }

    private SessionDescription read(String text) throws SdpException {
        boolean any = false;
        for (String raw : text.split("\n", -1)) {
            lineNumber++;
            line = raw.endsWith("\r") ? raw.substring(0, raw.length() - 1) : raw;
            if (line.isEmpty()) continue;
            if (line.length() < 2 || line.charAt(1) != '=') throw fault("a line is <letter>=<value>");
            if (!any && line.charAt(0) != 'v') throw fault("the first line must be v=0");
            any = true;
            try {
                line(line.charAt(0), line.substring(2));
            } catch (IllegalArgumentException e) {
                throw fault(e instanceof NumberFormatException ? "a number was expected" : String.valueOf(e.getMessage()));
            }
        }
        for (int i = 0; i < session.media.size(); i++) complete(session.media.get(i), i);
        return session;
    }

    private SdpException fault(String what) {
        return new SdpException(lineNumber, line, what);
    }

    private void line(char type, String value) throws SdpException {
        switch (type) {
            case 'v' -> {
                if (!value.strip().equals("0")) throw fault("only version 0 exists");
            }
            case 'o' -> origin(value);
            case 'm' -> media(value);
            case 'a' -> attribute(value);
            default -> {} // s=, t=, c=, b=, i=, … say nothing that WebRTC uses
        }
    }

    private void origin(String value) throws SdpException {
        String[] parts = value.split(" ");
        if (parts.length != 6) throw fault("o= has six fields");
        session.sessionId = Long.parseUnsignedLong(parts[1]);
        session.version = Long.parseUnsignedLong(parts[2]);
    }

    private void media(String value) throws SdpException {
        String[] parts = value.strip().split(" +");
        if (parts.length < 4) throw fault("m= has a kind, a port, a protocol and formats");
        if (session.media.size() == MAX_SECTIONS) throw fault("at most " + MAX_SECTIONS + " media sections are allowed");
        section = new MediaDescription();
        section.kind = parts[0];
        section.port = Integer.parseInt(parts[1].replaceFirst("/.*", ""));
        if (section.port < 0 || section.port > 65_535) throw fault("ports are 0 to 65535");
        section.protocol = parts[2];
        section.formats = new ArrayList<>(List.of(parts).subList(3, parts.length));
        section.mid = "";
        section.direction = null;
        session.media.add(section);
        rtpmaps.add(new HashMap<>());
        fmtps.add(new HashMap<>());
        feedbacks.add(new HashMap<>());
    }

    private void attribute(String attribute) throws SdpException {
        int colon = attribute.indexOf(':');
        String key = colon < 0 ? attribute : attribute.substring(0, colon);
        String value = colon < 0 ? "" : attribute.substring(colon + 1).strip();
        MediaDescription into = section == null ? defaults : section;
        switch (key) {
            case "ice-ufrag" -> into.iceUfrag = value;
            case "ice-pwd" -> into.icePwd = value;
            case "ice-options" -> into.iceOptions = value;
            case "fingerprint" -> into.fingerprint = Fingerprint.parse(value);
            case "setup" -> into.setup = setup(value);
            case "sendrecv", "sendonly", "recvonly", "inactive" -> into.direction = Direction.valueOf(key.toUpperCase(Locale.ROOT));
            case "extmap-allow-mixed" -> session.extmapAllowMixed = true;
            default -> {
                if (section == null) sessionAttribute(key, value, attribute);
                else mediaAttribute(key, value, attribute);
            }
        }
    }

    private void sessionAttribute(String key, String value, String attribute) {
        switch (key) {
            case "group" -> {
                if (first(value).equals("BUNDLE")) session.bundle = words(rest(value));
                else session.otherAttributes.add(attribute);
            }
            case "ice-lite" -> session.iceLite = true;
            case "msid-semantic" -> session.msidSemantic = value;
            default -> session.otherAttributes.add(attribute);
        }
    }

    private void mediaAttribute(String key, String value, String attribute) throws SdpException {
        int index = session.media.size() - 1;
        switch (key) {
            case "mid" -> section.mid = value;
            case "rtpmap" -> rtpmaps.get(index).put(payloadType(value), rest(value));
            case "fmtp" -> fmtps.get(index).merge(payloadType(value), rest(value), (one, more) -> one + ";" + more);
            case "rtcp-fb" -> feedback(index, value);
            case "extmap" -> extension(value);
            case "rtcp-mux" -> section.rtcpMux = true;
            case "rtcp-rsize" -> section.rtcpReducedSize = true;
            case "bundle-only" -> section.bundleOnly = true;
            case "msid" -> section.msids.add(new Msid(first(value), rest(value)));
            case "ssrc" -> ssrc(value);
            case "ssrc-group" -> ssrcGroup(value);
            case "rid" -> rid(value);
            case "simulcast" -> simulcast(value);
            case "candidate" -> section.candidates.add(attribute);
            case "end-of-candidates" -> section.endOfCandidates = true;
            case "sctp-port" -> section.sctpPort = Integer.parseInt(value);
            case "max-message-size" -> section.maxMessageSize = Long.parseLong(value);
            default -> section.otherAttributes.add(attribute);
        }
    }

    private void feedback(int index, String value) throws SdpException {
        List<String> of = feedbacks.get(index).computeIfAbsent(first(value), k -> new ArrayList<>());
        if (of.size() == MAX_FEEDBACK) throw fault("at most " + MAX_FEEDBACK + " rtcp-fb per payload type are allowed");
        of.add(rest(value));
    }

    private Setup setup(String value) throws SdpException {
        return switch (value) {
            case "actpass" -> Setup.ACTPASS;
            case "active" -> Setup.ACTIVE;
            case "passive" -> Setup.PASSIVE;
            case "holdconn" -> Setup.HOLDCONN;
            default -> throw fault("setup is actpass, active, passive or holdconn");
        };
    }

    private int payloadType(String value) throws SdpException {
        int number = Integer.parseInt(first(value));
        if (number < 0 || number > 127) throw fault("payload types are 0 to 127");
        return number;
    }

    private void extension(String value) throws SdpException {
        String id = first(value);
        int slash = id.indexOf('/');
        Direction direction = slash < 0 ? null : direction(id.substring(slash + 1));
        int number = Integer.parseInt(slash < 0 ? id : id.substring(0, slash));
        if (number < 1 || number > 255) throw fault("header extension ids are 1 to 255 here (RFC 8285)");
        section.extensions.add(new HeaderExtension(number, direction, first(rest(value))));
    }

    private Direction direction(String text) throws SdpException {
        for (Direction direction : Direction.values()) if (direction.attribute().equals(text)) return direction;
        throw fault("a direction is sendrecv, sendonly, recvonly or inactive");
    }

    private void ssrc(String value) throws SdpException {
        long ssrc = ssrcNumber(first(value));
        if (section.ssrcs.size() >= MAX_SSRCS && !section.ssrcs.containsKey(ssrc))
            throw fault("at most " + MAX_SSRCS + " SSRCs per section are allowed");
        String attribute = rest(value);
        int colon = attribute.indexOf(':');
        Map<String, String> attributes = section.ssrcs.computeIfAbsent(ssrc, k -> new LinkedHashMap<>());
        if (colon < 0) attributes.put(attribute, "");
        else attributes.put(attribute.substring(0, colon), attribute.substring(colon + 1));
    }

    private void ssrcGroup(String value) throws SdpException {
        List<Long> ssrcs = new ArrayList<>();
        for (String word : words(rest(value))) ssrcs.add(ssrcNumber(word));
        section.ssrcGroups.add(new SsrcGroup(first(value), ssrcs));
    }

    private long ssrcNumber(String text) throws SdpException {
        long ssrc = Long.parseLong(text);
        if (ssrc < 0 || ssrc > 0xffff_ffffL) throw fault("an SSRC has 32 bits");
        return ssrc;
    }

    private void rid(String value) throws SdpException {
        List<String> words = words(value);
        if (words.size() < 2 || !(words.get(1).equals("send") || words.get(1).equals("recv"))) throw fault("rid is <id> send|recv …");
        section.rids.add(new Rid(words.get(0), words.get(1), String.join(" ", words.subList(2, words.size()))));
    }

    private void simulcast(String value) {
        List<String> words = words(value);
        for (int i = 0; i + 1 < words.size(); i += 2) {
            List<String> into = words.get(i).equals("send") ? section.simulcastSend : section.simulcastReceive;
            for (String alternatives : words.get(i + 1).split(";")) {
                String first = alternatives.split(",", -1)[0];
                String id = first.startsWith("~") ? first.substring(1) : first;
                if (!id.isEmpty()) into.add(id);
            }
        }
    }

    private void complete(MediaDescription media, int index) {
        if (media.direction == null) media.direction = defaults.direction;
        if (media.iceUfrag == null) media.iceUfrag = defaults.iceUfrag;
        if (media.icePwd == null) media.icePwd = defaults.icePwd;
        if (media.iceOptions == null) media.iceOptions = defaults.iceOptions;
        if (media.fingerprint == null) media.fingerprint = defaults.fingerprint;
        if (media.setup == null) media.setup = defaults.setup;
        if (!media.isRtp()) return;
        Set<String> seen = new LinkedHashSet<>(media.formats);
        for (String format : seen) codec(media, index, format);
        media.formats = new ArrayList<>();
    }

    private void codec(MediaDescription media, int index, String format) {
        int payloadType;
        try {
            payloadType = Integer.parseInt(format);
        } catch (NumberFormatException e) {
            return; // a format that RTP cannot carry
        }
        String map = rtpmaps.get(index).getOrDefault(payloadType, staticMap(payloadType));
        if (map == null || media.codec(payloadType) != null) return;
        String[] parts = map.strip().split("/");
        if (parts.length < 2) return;
        Map<String, List<String>> feedback = feedbacks.get(index);
        List<String> mine = new ArrayList<>(feedback.getOrDefault(format, List.of()));
        mine.addAll(feedback.getOrDefault("*", List.of()));
        try {
            int clockRate = Integer.parseInt(parts[1].strip());
            int channels = parts.length > 2 ? Integer.parseInt(parts[2].strip()) : 1;
            if (parts[0].isEmpty() || clockRate < 1 || channels < 1) return;
            String fmtp = fmtps.get(index).getOrDefault(payloadType, "");
            media.codecs.add(new Codec(payloadType, parts[0], clockRate, channels, fmtp, mine));
        } catch (NumberFormatException e) {
            // an rtpmap that says nothing usable: the payload type is as good as absent
        }
    }

    /** RFC 3551 table 4, those that browsers use. */
    private static String staticMap(int payloadType) {
        return switch (payloadType) {
            case 0 -> "PCMU/8000";
            case 8 -> "PCMA/8000";
            case 9 -> "G722/8000";
            case 13 -> "CN/8000";
            default -> null;
        };
    }

    private static String first(String value) {
        int space = value.indexOf(' ');
        return space < 0 ? value : value.substring(0, space);
    }

    private static String rest(String value) {
        int space = value.indexOf(' ');
        return space < 0 ? "" : value.substring(space + 1).strip();
    }

    private static List<String> words(String value) {
        List<String> words = new ArrayList<>();
        for (String word : value.strip().split(" +")) if (!word.isEmpty()) words.add(word);
        return words;
    }
}
