package io.stoa.protocol;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import java.util.Map;
import java.util.TreeMap;

/** A schema said element by element: its full name, and all of it that a peer on the wire (binary or JSON) could notice. */
final class SchemaWords {
    private final Map<String, String> words = new TreeMap<>();

    static Map<String, String> of(Iterable<FileDescriptor> files) {
        SchemaWords schema = new SchemaWords();
        for (FileDescriptor file : files) {
            file.getMessageTypes().forEach(schema::message);
            file.getEnumTypes().forEach(schema::enumeration);
            file.getServices().forEach(schema::service);
        }
        return schema.words;
    }

    private void message(Descriptor message) {
        if (message.getOptions().getMapEntry()) return; // said by its field
        words.put(message.getFullName(), "message");
        message.getFields().forEach(this::field);
        message.getNestedTypes().forEach(this::message);
        message.getEnumTypes().forEach(this::enumeration);
    }

    private void field(FieldDescriptor field) {
        String label = field.isMapField() ? "" : field.isRepeated() ? "repeated " : field.toProto().getProto3Optional() ? "optional " : "";
        String oneof = field.getRealContainingOneof() == null ? "" : " in oneof " + field.getRealContainingOneof().getName();
        String json = " as " + field.getJsonName();
        words.put(field.getFullName(), label + type(field) + " = " + field.getNumber() + oneof + json);
    }

    private static String type(FieldDescriptor field) {
        if (field.isMapField()) {
            Descriptor entry = field.getMessageType();
            return "map<" + type(entry.findFieldByNumber(1)) + ", " + type(entry.findFieldByNumber(2)) + ">";
        }
        return switch (field.getJavaType()) {
            case MESSAGE -> field.getMessageType().getFullName();
            case ENUM -> field.getEnumType().getFullName();
            default -> field.getType().name().toLowerCase(java.util.Locale.ROOT);
        };
    }

    private void enumeration(EnumDescriptor enumeration) {
        words.put(enumeration.getFullName(), "enum");
        for (EnumValueDescriptor value : enumeration.getValues()) words.put(enumeration.getFullName() + "." + value.getName(), "value " + value.getNumber());
    }

    private void service(ServiceDescriptor service) {
        words.put(service.getFullName(), "service");
        for (MethodDescriptor method : service.getMethods())
            words.put(
                    service.getFullName() + "." + method.getName(),
                    "rpc " + (method.isClientStreaming() ? "stream " : "") + method.getInputType().getFullName() + " -> "
                            + (method.isServerStreaming() ? "stream " : "") + method.getOutputType().getFullName());
    }
}
