package io.stoa.store.file;

import io.stoa.store.records.Hashes.Change;
import java.nio.file.Path;
import java.util.List;

/** A process that writes two records at a time, says so, and is killed. */
final class Writer {
    private Writer() {}

    public static void main(String[] arguments) throws Exception {
        FileHashes hashes = new FileHashes(Path.of(arguments[0]));
        int from = Integer.parseInt(arguments[1]);
        for (int i = from; ; i++) {
            hashes.write(List.of(new Change.Put("first", "r" + i, bytes(i)), new Change.Put("second", "r" + i, bytes(i)), new Change.Remove("first", "r" + (i - 500))));
            System.out.println(i);
        }
    }

    /** Of many sizes. */
    static byte[] bytes(int i) {
        byte[] bytes = new byte[1 + i * 37 % 3000];
        java.util.Arrays.fill(bytes, (byte) i);
        return bytes;
    }
}
