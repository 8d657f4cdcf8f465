package io.stoa.ops.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells whether any of some files is another one than when it was taken: by time, size and identity, so that replaced links count. A
 * file that is being written (truncated first, as many editors do) counts once it stays the same between two looks.
 */
final class FileWatch {
    private Map<Path, String> taken = Map.of();
    private Map<Path, String> seen = Map.of();

    /** What the files are now is what they should be compared with. */
    void take(List<Path> files) {
        taken = look(files);
        seen = taken;
    }

    /** True once per change. */
    boolean changed(List<Path> files) {
        Map<Path, String> now = look(files);
        boolean settled = now.equals(seen);
        seen = now;
        if (!settled || now.equals(taken)) return false;
        taken = now;
        return true;
    }

    private static Map<Path, String> look(List<Path> files) {
        Map<Path, String> now = new HashMap<>();
        for (Path file : files) now.put(file, look(file));
        return now;
    }

    private static String look(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return attributes.lastModifiedTime().toString() + "/" + attributes.size() + "/" + attributes.fileKey();
        } catch (IOException e) {
            return "absent";
        }
    }
}
