package io.stoa.transport;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code rtc.udp_port}. */
final class UdpPorts {
    private static final Pattern PORTS = Pattern.compile("(\\d{1,5})(?:\\s*-\\s*(\\d{1,5}))?");

    private UdpPorts() {}

    /** One loop per port; a range has at most as many as there are processors. None: every peer has ports of its own. */
    static int[] shared(String udpPort) {
        if (udpPort.isBlank() || udpPort.equals("0")) return new int[0];
        Matcher range = PORTS.matcher(udpPort.strip());
        int from = range.matches() ? Integer.parseInt(range.group(1)) : 0;
        int to = range.matches() && range.group(2) != null ? Integer.parseInt(range.group(2)) : from;
        if (from < 1 || to < from || to > 65_535)
            throw new IllegalArgumentException("rtc.udp_port is '" + udpPort + "', allowed are a port from 1 to 65535 and a range a-b of them");
        int count = Math.min(to - from + 1, Math.max(1, Runtime.getRuntime().availableProcessors()));
        int[] ports = new int[count];
        for (int i = 0; i < count; i++) ports[i] = from + i;
        return ports;
    }
}
