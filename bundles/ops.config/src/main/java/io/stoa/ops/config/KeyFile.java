package io.stoa.ops.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import java.util.Set;

/** A file with secrets, which nobody but its owner and group may read. */
final class KeyFile {
    private static final Set<PosixFilePermission> OTHERS =
            Set.of(PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE, PosixFilePermission.OTHERS_EXECUTE);

    private KeyFile() {}

    static Map<String, String> read(Path file) throws ConfigException {
        return YamlSettings.texts(text("key_file", file, "lines \"key: secret\""), "key_file " + file);
    }

    /** @param key that names the file */
    static String text(String key, Path file, String contents) throws ConfigException {
        try {
            if (Files.getFileStore(file).supportsFileAttributeView("posix")
                    && Files.getPosixFilePermissions(file).stream().anyMatch(OTHERS::contains))
                throw new ConfigException(key + ": \"" + file + "\" is open to everybody; allowed: no permission for others (chmod o= " + file + ")");
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new ConfigException(key + ": \"" + file + "\" does not exist; allowed: a file with " + contents);
        } catch (IOException e) {
            throw new ConfigException(key + ": \"" + file + "\" cannot be read (" + e + ")");
        }
    }
}
