package io.stoa.edge.rtc;

import io.stoa.protocol.livekit.ClientInfo;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Browser and operating system out of a {@code User-Agent} header. The JavaScript SDK leaves both to it, and what a room negotiates
 * depends on them (Firefox and Safari have their ways, spec 4.3). Knows the browsers that speak WebRTC, in the names that LiveKit shows.
 */
record UserAgent(String browser, String browserVersion, String os, String osVersion, String device) {
    static final UserAgent UNKNOWN = new UserAgent("", "", "", "", "");

    /** A header longer than this is not a browser's. */
    private static final int MAX_LENGTH = 1024;

    /** The first that matches names the browser: those who claim to be others as well come before those others. */
    private static final List<Family> BROWSERS = List.of(
            family("OBS Studio", "OBS-Studio/([0-9.]+)"),
            family("Edge", "Edg(?:e|A|iOS)?/([0-9.]+)"),
            family("Opera", "(?:OPR|Opera)/([0-9.]+)"),
            family("Samsung Internet", "SamsungBrowser/([0-9.]+)"),
            family("Firefox iOS", "FxiOS/([0-9.]+)"),
            family("Chrome Mobile iOS", "CriOS/([0-9.]+)"),
            family("Firefox Mobile", "Mobile;.*Firefox/([0-9.]+)"),
            family("Firefox", "Firefox/([0-9.]+)"),
            family("HeadlessChrome", "HeadlessChrome/([0-9.]+)"),
            family("Chrome Mobile", "Chrome/([0-9.]+) Mobile"),
            family("Chrome", "Chrome/([0-9.]+)"),
            family("Mobile Safari", "Version/([0-9.]+) Mobile/\\S+ Safari"),
            family("Safari", "Version/([0-9.]+) Safari"));

    private static final List<Family> SYSTEMS = List.of(
            family("Windows", "Windows NT ([0-9.]+)"),
            family("iOS", "(?:iPhone|CPU) OS ([0-9_]+)"),
            family("Mac OS X", "Mac OS X ([0-9_.]+)"),
            family("Android", "Android ([0-9.]+)"),
            family("Chrome OS", "CrOS \\S+ ([0-9.]+)"),
            family("Ubuntu", "Ubuntu()"),
            family("Linux", "Linux()"));

    private static final Pattern DEVICE = Pattern.compile("(iPhone|iPad|Android [0-9.]+; ([^;)]{1,64}))");

    private record Family(String name, Pattern pattern) {}

    private static Family family(String name, String pattern) {
        return new Family(name, Pattern.compile(pattern));
    }

    static UserAgent parse(String header) {
        if (header == null || header.isEmpty() || header.length() > MAX_LENGTH) return UNKNOWN;
        String[] browser = find(BROWSERS, header);
        String[] os = find(SYSTEMS, header);
        return new UserAgent(browser[0], browser[1], os[0], osVersion(os), device(header));
    }

    private static String[] find(List<Family> families, String header) {
        for (Family family : families) {
            Matcher matcher = family.pattern.matcher(header);
            if (matcher.find()) return new String[] {family.name, matcher.group(1)};
        }
        return new String[] {"", ""};
    }

    /** Windows calls itself NT 10.0 where people say 10; Apple writes underscores. */
    private static String osVersion(String[] os) {
        return os[0].equals("Windows") && os[1].equals("10.0") ? "10" : os[1].replace('_', '.');
    }

    private static String device(String header) {
        Matcher matcher = DEVICE.matcher(header);
        if (!matcher.find()) return "";
        return matcher.group(2) == null ? matcher.group(1) : matcher.group(2).strip();
    }

    /** Fills what the client left empty, for SDKs that run in something with a user agent. */
    void complete(ClientInfo.Builder client) {
        if (!fromBrowser(client.getSdk())) return;
        if (client.getBrowser().isEmpty()) client.setBrowser(browser).setBrowserVersion(browserVersion);
        if (client.getOs().isEmpty()) client.setOs(os).setOsVersion(osVersion);
        if (client.getDeviceModel().isEmpty()) client.setDeviceModel(device);
    }

    private static boolean fromBrowser(ClientInfo.SDK sdk) {
        return switch (sdk) {
            case JS, REACT_NATIVE, FLUTTER, UNITY, UNKNOWN -> true;
            case SWIFT, ANDROID, GO, RUST, PYTHON, CPP, UNITY_WEB, NODE, UNREAL, ESP32, UNRECOGNIZED -> false;
        };
    }
}
