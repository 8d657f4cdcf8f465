package io.stoa.ops.config;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithUtf8Length;

/**
 * Any text is settings or a fault that says something; nothing else is thrown, and nothing runs for ever. Jazzer explores, with
 * {@code mvn -Pfuzz}; what runs every day is {@link SettingsMutationTest}.
 */
class SettingsFuzzTest {
    @DictionaryEntries({"port: ", "rtc: {", "udp_port: ", "7882-7892", "node_ip: ", "turn_servers: [{host: a, ", "room_configurations: ", "&a ", "*a",
        "<<: ", "[", "{", "500ms", "keys: {", "!!int ", "? ", "| ", "~", "---", "enabled_codecs: ", "logging: "})
    @FuzzTest(maxDuration = "2s")
    void settings_or_faults(@NotNull @WithUtf8Length(max = 2000) String text) {
        SettingsMutationTest.settingsOrFaults(text);
    }
}
