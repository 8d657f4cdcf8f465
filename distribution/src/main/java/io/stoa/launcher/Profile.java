package io.stoa.launcher;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which bundles make the server: the features that a profile lists, each a file in the format of the OSGi Feature Service (its
 * {@code bundles} with a {@code start-order}, nothing else).
 *
 * @param bundles in the order of the files; a bundle that several features name counts once
 * @param missing files that should be there, each with the feature that lists it
 * @param services interfaces that must be there before the server is ready, each with what it is for
 * @param ahead classes that are initialized before their bundles start, by symbolic name of the bundle
 */
record Profile(List<BundleFile> bundles, List<String> missing, Map<String, String> services, Map<String, String> ahead) {
    static final int APPLICATION_LEVEL = 10;

    /** @param file in the folder {@code bundles} */
    record BundleFile(Path file, int startLevel) {}

    static Profile read(Home home, String name) throws StartException {
        JsonObject profile = json(home.features().resolve("profiles").resolve(name + ".json"), "profile " + name);
        Map<Path, BundleFile> bundles = new LinkedHashMap<>();
        List<String> missing = new ArrayList<>();
        for (JsonElement feature : profile.getAsJsonArray("features")) {
            String featureName = feature.getAsString();
            JsonObject content = json(home.features().resolve(featureName + ".json"), "feature " + featureName);
            for (JsonElement bundle : content.getAsJsonArray("bundles")) {
                BundleFile found = bundle(home, bundle.getAsJsonObject());
                if (Files.isRegularFile(found.file())) bundles.putIfAbsent(found.file(), found);
                else missing.add(found.file() + " (feature " + featureName + ")");
            }
        }
        return new Profile(List.copyOf(bundles.values()), List.copyOf(missing), texts(profile, "ready"), texts(profile, "ahead"));
    }

    private static BundleFile bundle(Home home, JsonObject bundle) throws StartException {
        JsonElement level = bundle.get("start-order");
        return new BundleFile(home.bundles().resolve(fileName(bundle.get("id").getAsString())),
                level == null ? APPLICATION_LEVEL : level.getAsInt());
    }

    /** {@code group:artifact[:type[:classifier]]:version} as the build names the file. */
    static String fileName(String coordinates) throws StartException {
        String[] part = coordinates.split(":");
        return switch (part.length) {
            case 3 -> "%s.%s-%s.jar".formatted(part[0], part[1], part[2]);
            case 4 -> "%s.%s-%s.%s".formatted(part[0], part[1], part[3], part[2]);
            case 5 -> "%s.%s-%s-%s.%s".formatted(part[0], part[1], part[4], part[3], part[2]);
            default -> throw new StartException("not Maven coordinates: " + coordinates);
        };
    }

    private static Map<String, String> texts(JsonObject profile, String name) {
        Map<String, String> texts = new LinkedHashMap<>();
        JsonObject listed = profile.getAsJsonObject(name);
        if (listed != null) listed.entrySet().forEach(entry -> texts.put(entry.getKey(), entry.getValue().getAsString()));
        return texts;
    }

    private static JsonObject json(Path file, String what) throws StartException {
        try {
            return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        } catch (NoSuchFileException e) {
            throw new StartException("There is no " + what + " (" + file + ")");
        } catch (IOException | JsonParseException | IllegalStateException e) {
            throw new StartException(file + " cannot be read: " + e.getMessage());
        }
    }
}
