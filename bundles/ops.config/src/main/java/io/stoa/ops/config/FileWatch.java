package io.stoa.ops.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Tells whether any of some files is another one than at the last look: by time, size and identity, so that replaced links count. */
final class FileWatch {
    private Map<Path, String> seen = Map.of();

    boolean changed(List<Path> files) {
        Map<Path, String> now = new HashMap<>();
        for (Path file : files) now.put(file, look(file));
        boolean changed = !now.equals(seen);
        seen = now;
        return changed;
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
