package io.stoa.sctp;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Bytes;
import io.stoa.base.Drop;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The checksum: examples of RFC 3720 appendix B.4, and its place and byte order in the packet (RFC 9260 section 6.8). */
class Crc32cTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "32 zeroes,     0000000000000000000000000000000000000000000000000000000000000000, aa36918a",
        "32 ones,       ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff, 43aba862",
        "incrementing,  000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f, 4e79dd46",
        "decrementing,  1f1e1d1c1b1a191817161514131211100f0e0d0c0b0a09080706050403020100, 5cdb3f11",
        "a SCSI read,   01c00000000000000000000000000000140000000000040000000014000000182800000000000000"
                + "0200000000000000, 563a96d9"
    })
    void the_examples_of_the_rfc(String name, String bytes, String onTheWire) {
        var crc = new CRC32C();
        crc.update(HexFormat.of().parseHex(bytes));
        byte[] wire = new byte[4];
        Bytes.i32(wire, 0, Integer.reverseBytes((int) crc.getValue()));
        assertThat(HexFormat.of().formatHex(wire)).isEqualTo(onTheWire);
    }

    /** The smallest packet whose checksum was worked out bit by bit from the polynomial, not by the class that the code uses. */
    @Test
    void a_packet_is_checked_with_its_checksum_field_as_zero() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        byte[] info = {0, 1, 0, 5, 9, 0, 0, 0};
        byte[] packet = ScriptedPeer.packet(peer.ourTag, ScriptedPeer.chunk(Chunk.HEARTBEAT, 0, info));
        Bytes.i32(packet, 8, 0);
        Bytes.i32(packet, 8, Integer.reverseBytes(bitByBit(packet)));
        peer.ours.receive(peer.now, packet, 0, packet.length);
        assertThat(peer.only(Chunk.HEARTBEAT_ACK).value()).isEqualTo(info);
    }

    private static int bitByBit(byte[] bytes) {
        int crc = -1;
        for (byte b : bytes) {
            crc ^= b & 0xff;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? crc >>> 1 ^ 0x82f6_3b78 : crc >>> 1;
        }
        return ~crc;
    }

    @Test
    void one_wrong_bit_anywhere_is_a_named_drop() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        byte[] good = ScriptedPeer.packet(peer.ourTag, ScriptedPeer.message(peer.tsn, 0, 0, "hello"));
        for (int bit = 0; bit < good.length * 8; bit++) {
            byte[] bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            peer.ours.receive(peer.now, bad, 0, bad.length);
        }
        assertThat(peer.ours.drops().get(Drop.SCTP_BAD_CHECKSUM)).isEqualTo(good.length * 8L);
        peer.ours.flush(peer.now);
        assertThat(peer.packets).isEmpty();
    }
}
