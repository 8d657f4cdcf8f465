package io.stoa.peer;

/**
 * SSRC to whatever belongs to it: open addressing over primitive keys, so that hop 5 neither boxes nor allocates. Bounded: a client
 * that invents SSRCs is told so by {@link #put}.
 */
final class StreamTable<T> {
    private static final int LIMIT = 512;

    private int[] keys = new int[16];
    private Object[] values = new Object[16];
    private int size;

    int size() {
        return size;
    }

    @SuppressWarnings("unchecked")
    T get(int ssrc) {
        int mask = keys.length - 1;
        for (int at = slot(ssrc, mask); values[at] != null; at = at + 1 & mask) if (keys[at] == ssrc) return (T) values[at];
        return null;
    }

    /** @return false if the table is full; then nothing changed */
    boolean put(int ssrc, T value) {
        if (get(ssrc) == null && size == LIMIT) return false;
        if (size * 2 >= keys.length) grow();
        insert(ssrc, value);
        return true;
    }

    void remove(int ssrc) {
        int mask = keys.length - 1;
        int at = slot(ssrc, mask);
        while (values[at] != null && keys[at] != ssrc) at = at + 1 & mask;
        if (values[at] == null) return;
        values[at] = null;
        size--;
        // Close the gap: what follows in the same run may have been pushed past it.
        for (int next = at + 1 & mask; values[next] != null; next = next + 1 & mask) {
            Object moved = values[next];
            values[next] = null;
            size--;
            insert(keys[next], moved);
        }
    }

    /** Values in table order; for timers and statistics, not for the packet path. */
    @SuppressWarnings("unchecked")
    void forEach(java.util.function.Consumer<T> action) {
        for (Object value : values) if (value != null) action.accept((T) value);
    }

    private void insert(int ssrc, Object value) {
        int mask = keys.length - 1;
        int at = slot(ssrc, mask);
        while (values[at] != null && keys[at] != ssrc) at = at + 1 & mask;
        if (values[at] == null) size++;
        keys[at] = ssrc;
        values[at] = value;
    }

    private void grow() {
        int[] oldKeys = keys;
        Object[] oldValues = values;
        keys = new int[oldKeys.length * 2];
        values = new Object[oldValues.length * 2];
        size = 0;
        for (int i = 0; i < oldKeys.length; i++) if (oldValues[i] != null) insert(oldKeys[i], oldValues[i]);
    }

    private static int slot(int ssrc, int mask) {
        int hash = ssrc * 0x9E3779B1;
        return (hash ^ hash >>> 16) & mask;
    }
}
