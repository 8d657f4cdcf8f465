package io.stoa.ops.config;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a key's value may be. {@link #read} takes the text of a scalar; lists are read element by element. */
sealed interface KeyType {
    /** The value, or empty if the text is not of this type. */
    Optional<Object> read(String text);

    /** What is allowed, to be read after "allowed: ". */
    String allowed();

    /** Whether quoting makes a scalar something else (numbers and booleans), as in Go's YAML. */
    default boolean plainOnly() {
        return false;
    }

    /** Whether a flag and an environment variable exist for such a key. */
    default boolean scalar() {
        return true;
    }

    default boolean secret() {
        return false;
    }

    record Bool() implements KeyType {
        @Override
        public Optional<Object> read(String text) {
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "true", "yes", "on", "y" -> Optional.of(true);
                case "false", "no", "off", "n" -> Optional.of(false);
                default -> Optional.empty();
            };
        }

        @Override
        public String allowed() {
            return "true or false";
        }

        @Override
        public boolean plainOnly() {
            return true;
        }
    }

    /** Whole numbers, also hexadecimal, octal, with underscores, or as a float without a fraction. */
    record Whole(long least, long most) implements KeyType {
        @Override
        public Optional<Object> read(String text) {
            try {
                String digits = text.replace("_", "");
                long value = digits.startsWith("0o")
                        ? Long.parseLong(digits.substring(2), 8)
                        : digits.matches("[-+]?0x[0-9a-fA-F]+") ? Long.decode(digits) : new java.math.BigDecimal(shortEnough(digits)).longValueExact();
                return value < least || value > most ? Optional.empty() : Optional.of(value);
            } catch (NumberFormatException | ArithmeticException e) {
                return Optional.empty();
            }
        }

        private static String shortEnough(String digits) {
            if (digits.length() > 20) throw new NumberFormatException("too long");
            return digits;
        }

        @Override
        public String allowed() {
            return "a whole number from " + least + " to " + most;
        }

        @Override
        public boolean plainOnly() {
            return true;
        }
    }

    record Real() implements KeyType {
        @Override
        public Optional<Object> read(String text) {
            try {
                double value = Double.parseDouble(text.replace("_", ""));
                return Double.isFinite(value) && !text.matches(".*[dDfF]$") ? Optional.of(value) : Optional.empty();
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
        }

        @Override
        public String allowed() {
            return "a number";
        }

        @Override
        public boolean plainOnly() {
            return true;
        }
    }

    record Text(boolean secret) implements KeyType {
        @Override
        public Optional<Object> read(String text) {
            return Optional.of(text);
        }

        @Override
        public String allowed() {
            return "a text";
        }
    }

    record Choice(List<String> words) implements KeyType {
        @Override
        public Optional<Object> read(String text) {
            return words.contains(text) ? Optional.of(text) : Optional.empty();
        }

        @Override
        public String allowed() {
            return "one of " + String.join(", ", words);
        }
    }

    /** A Go duration; a bare number counts nanoseconds. */
    record Time() implements KeyType {
        @Override
        public Optional<Object> read(String text) {
            if (text.matches("-?[0-9]{1,18}")) return Optional.of(Duration.ofNanos(Long.parseLong(text)));
            return GoDuration.parse(text).map(duration -> duration);
        }

        @Override
        public String allowed() {
            return "a duration such as 500ms, 2s or 1m30s";
        }
    }

    /** A port or a range of ports, kept as text. */
    record Ports() implements KeyType {
        @Override
        public Optional<Object> read(String text) {
            String[] ends = text.replace(" ", "").split("-", -1);
            Whole port = new Whole(0, 65535);
            if (ends.length > 2 || Arrays.stream(ends).anyMatch(end -> port.read(end).isEmpty())) return Optional.empty();
            if (ends.length == 1) return Optional.of(ends[0].equals("0") ? "" : ends[0]);
            int first = Integer.parseInt(ends[0]);
            int last = Integer.parseInt(ends[1]);
            return first < 1 || last < first ? Optional.empty() : Optional.of(first + "-" + last);
        }

        @Override
        public String allowed() {
            return "a port from 1 to 65535, or a range such as 7882-7892";
        }
    }

    /** One IPv4 and one IPv6 address at most, separated by a comma; in YAML also a map of {@code ipv4} and {@code ipv6}. */
    record NodeIp() implements KeyType {
        @Override
        public Optional<Object> read(String text) {
            String[] addresses = text.replace(" ", "").split(",", -1);
            return addresses.length > 2 || Arrays.stream(addresses).anyMatch(address -> !isAddress(address))
                    ? Optional.empty()
                    : Optional.of(String.join(",", addresses));
        }

        @Override
        public String allowed() {
            return "an address such as 192.0.2.1, an IPv4 and an IPv6 address separated by a comma, or a map of ipv4 and ipv6";
        }

        static boolean isAddress(String text) {
            try {
                return text.matches("[0-9]+(\\.[0-9]+){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*") && InetAddress.ofLiteral(text) != null;
            } catch (IllegalArgumentException e) {
                return false;
            }
        }
    }

    record Cidr() implements KeyType {
        @Override
        public Optional<Object> read(String text) {
            String[] parts = text.split("/", -1);
            if (parts.length != 2 || !NodeIp.isAddress(parts[0])) return Optional.empty();
            int bits = parts[0].contains(":") ? 128 : 32;
            return new Whole(0, bits).read(parts[1]).isPresent() ? Optional.of(text) : Optional.empty();
        }

        @Override
        public String allowed() {
            return "an address block such as 10.0.0.0/8";
        }
    }

    /** Where something listens; empty = nowhere. */
    record Address() implements KeyType {
        @Override
        public Optional<Object> read(String text) {
            int colon = text.lastIndexOf(':');
            String host = text.substring(0, Math.max(0, colon));
            boolean named = host.matches("[^\\[\\]:\\s]+|\\[[0-9a-fA-F:.]*:[0-9a-fA-F:.]*\\]");
            return text.isEmpty() || named && new Whole(1, 65535).read(text.substring(colon + 1)).isPresent() ? Optional.of(text) : Optional.empty();
        }

        @Override
        public String allowed() {
            return "a host and a port such as 127.0.0.1:6379";
        }
    }

    /** A list of another type. */
    record Many(KeyType element) implements KeyType {
        @Override
        public Optional<Object> read(String text) {
            return Optional.empty();
        }

        @Override
        public String allowed() {
            return "a list, each element " + element.allowed();
        }

        @Override
        public boolean scalar() {
            return false;
        }
    }

    /** A {@code livekit.RoomConfiguration} with the field names of the protocol; kept as JSON. */
    record Preset() implements KeyType {
        @Override
        public Optional<Object> read(String text) {
            return Optional.empty();
        }

        @Override
        public String allowed() {
            return "a map with fields of RoomConfiguration, such as empty_timeout";
        }

        @Override
        public boolean scalar() {
            return false;
        }
    }

    /** A map without keys, reserved. */
    record Empty() implements KeyType {
        @Override
        public Optional<Object> read(String text) {
            return Optional.empty();
        }

        @Override
        public String allowed() {
            return "an empty map";
        }

        @Override
        public boolean scalar() {
            return false;
        }
    }

    /** The type by its name in the key table. */
    static KeyType named(String name) {
        String[] inside = name.replace(")", "").split("\\(", 2);
        return switch (inside[0]) {
            case "bool" -> new Bool();
            case "port" -> new Whole(0, 65535);
            case "uint" -> new Whole(0, 4294967295L);
            case "int" -> inside.length == 1 ? new Whole(Integer.MIN_VALUE, Integer.MAX_VALUE) : range(inside[1].split("\\.\\."));
            case "float" -> new Real();
            case "string" -> new Text(false);
            case "secret" -> new Text(true);
            case "duration" -> new Time();
            case "ports" -> new Ports();
            case "nodeip" -> new NodeIp();
            case "level" -> new Choice(List.of("debug", "info", "warn", "error", "dpanic", "panic", "fatal"));
            case "enum" -> new Choice(List.of(inside[1].split("\\|")));
            case "strings" -> new Many(new Text(false));
            case "durations" -> new Many(new Time());
            case "address" -> new Address();
            case "addresses" -> new Many(new Address());
            case "cidrs" -> new Many(new Cidr());
            case "preset" -> new Preset();
            case "empty" -> new Empty();
            default -> throw new IllegalArgumentException("key table: unknown type " + name);
        };
    }

    private static KeyType range(String[] ends) {
        return new Whole(Long.parseLong(ends[0]), Long.parseLong(ends[1]));
    }
}
