import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** Stores what the jars of some folders contain instead of compressing it; everything else about them stays. Arguments: the folders. */
public class StoreJars {
    public static void main(String[] folders) throws IOException {
        for (String folder : folders)
            try (Stream<Path> jars = Files.list(Path.of(folder))) {
                jars.filter(file -> file.toString().endsWith(".jar")).forEach(StoreJars::store);
            }
    }

    private static void store(Path jar) {
        Path stored = jar.resolveSibling(jar.getFileName() + ".stored");
        try {
            try (ZipFile from = new ZipFile(jar.toFile()); ZipOutputStream to = new ZipOutputStream(Files.newOutputStream(stored))) {
                for (ZipEntry entry : from.stream().toList()) copy(from, entry, to);
            }
            Files.setLastModifiedTime(stored, Files.getLastModifiedTime(jar));
            Files.move(stored, jar, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(jar.toString(), e);
        }
    }

    private static void copy(ZipFile from, ZipEntry entry, ZipOutputStream to) throws IOException {
        byte[] content = from.getInputStream(entry).readAllBytes();
        CRC32 sum = new CRC32();
        sum.update(content);
        ZipEntry copy = new ZipEntry(entry.getName());
        copy.setTime(entry.getTime());
        copy.setMethod(ZipEntry.STORED);
        copy.setSize(content.length);
        copy.setCompressedSize(content.length);
        copy.setCrc(sum.getValue());
        to.putNextEntry(copy);
        to.write(content);
        to.closeEntry();
    }
}
