package io.stoa.store.records;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.stoa.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The messages of one kind, out of the bytes that are stored of them. */
public record Codec<M extends Message>(String kind, Parser<M> parser) {
    public M read(String key, byte[] bytes) throws StoreException {
        try {
            return parser.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new StoreException("the " + kind + " record " + key + " is not one: " + e.getMessage(), e);
        }
    }

    public Optional<M> get(Hashes hashes, String hash, String key) throws StoreException {
        Optional<byte[]> bytes = hashes.get(hash, key);
        return bytes.isEmpty() ? Optional.empty() : Optional.of(read(key, bytes.get()));
    }

    public List<M> all(Hashes hashes, String hash) throws StoreException {
        return readAll(hashes.all(hash));
    }

    public List<M> readAll(Map<String, byte[]> records) throws StoreException {
        List<M> all = new ArrayList<>(records.size());
        for (Map.Entry<String, byte[]> record : records.entrySet()) all.add(read(record.getKey(), record.getValue()));
        return all;
    }
}
