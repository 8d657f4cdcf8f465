package io.stoa.transport;

import io.stoa.base.Flow;
import io.stoa.base.Time;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The flows of one socket by remote address. IPv4 sources are packed into a long and looked up without allocation; flows that nobody
 * owns are few and short-lived, so that strangers cannot fill the table.
 */
final class FlowTable {
    private static final int MAX_UNOWNED = 4_096;
    private static final int MAX_FLOWS = 65_536;
    private static final long UNOWNED_LIFE = 20 * Time.SECOND;

    private long[] keys = new long[256];
    private Flow[] values = new Flow[256];
    private int size;
    private final Map<InetSocketAddress, Flow> wide = new HashMap<>();

    Flow get(InetSocketAddress remote) {
        return remote.getAddress() instanceof Inet4Address ? get(key(remote)) : wide.get(remote);
    }

    /** By an address of IPv4 and a port, without making objects of them. */
    Flow get(int address, int port) {
        return get(key(address, port));
    }

    private Flow get(long key) {
        int mask = keys.length - 1;
        for (int at = slot(key, mask); values[at] != null; at = at + 1 & mask) if (keys[at] == key) return values[at];
        return null;
    }

    /** @return false if the table is full */
    boolean add(InetSocketAddress remote, Flow flow) {
        if (size + wide.size() >= MAX_FLOWS || flow.owner == null && unowned >= MAX_UNOWNED) return false;
        if (flow.owner == null) unowned++;
        if (!(remote.getAddress() instanceof Inet4Address)) {
            wide.put(remote, flow);
            return true;
        }
        if (size * 2 >= keys.length) rebuild(keys.length * 2);
        insert(key(remote), flow);
        return true;
    }

    private int unowned;

    void remove(InetSocketAddress remote) {
        Flow known = get(remote);
        if (known == null) return;
        if (known.owner == null && unowned > 0) unowned--;
        if (wide.remove(remote) != null) return;
        long key = key(remote);
        int mask = keys.length - 1;
        for (int at = slot(key, mask); values[at] != null; at = at + 1 & mask) {
            if (keys[at] != key) continue;
            values[at] = null;
            rebuild(keys.length);
            return;
        }
    }

    /** Forgets flows without an owner that have been silent. */
    void age(long now) {
        unowned = 0;
        boolean gone = false;
        for (int i = 0; i < values.length; i++) {
            Flow flow = values[i];
            if (flow == null || flow.owner != null) continue;
            if (now - flow.heardAt > UNOWNED_LIFE) {
                values[i] = null;
                gone = true;
            } else {
                unowned++;
            }
        }
        if (gone) rebuild(keys.length);
        for (Iterator<Flow> it = wide.values().iterator(); it.hasNext(); ) {
            Flow flow = it.next();
            if (flow.owner != null) continue;
            if (now - flow.heardAt > UNOWNED_LIFE) it.remove();
            else unowned++;
        }
    }

    void forEach(Consumer<Flow> action) {
        for (Flow flow : values) if (flow != null) action.accept(flow);
        wide.values().forEach(action);
    }

    void clear() {
        keys = new long[256];
        values = new Flow[256];
        size = unowned = 0;
        wide.clear();
    }

    private void insert(long key, Flow flow) {
        int mask = keys.length - 1;
        int at = slot(key, mask);
        while (values[at] != null) at = at + 1 & mask;
        keys[at] = key;
        values[at] = flow;
        size++;
    }

    private void rebuild(int capacity) {
        long[] oldKeys = keys;
        Flow[] oldValues = values;
        keys = new long[capacity];
        values = new Flow[capacity];
        size = 0;
        for (int i = 0; i < oldValues.length; i++) if (oldValues[i] != null) insert(oldKeys[i], oldValues[i]);
    }

    /** The hash of an Inet4Address is, by its specification, the address. */
    private static long key(InetSocketAddress remote) {
        return key(remote.getAddress().hashCode(), remote.getPort());
    }

    private static long key(int address, int port) {
        return (long) address << 16 ^ port;
    }

    private static int slot(long key, int mask) {
        long hash = key * 0x9E3779B97F4A7C15L;
        return (int) (hash >>> 40) & mask;
    }
}
