package io.stoa.dtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against another stack, over real sockets, where OpenSSL is installed: the same keys, and data in both directions. */
class DtlsOpensslTest implements DtlsHandler {
    static final long PATIENCE_NANOS = 20_000_000_000L;

    @TempDir
    Path folder;

    final List<String> received = new ArrayList<>();
    DatagramSocket socket;
    InetSocketAddress remote;
    DtlsConnection dtls;
    SrtpKeys keys;
    String closed;
    Process process;

    @BeforeEach
    void open() throws Exception {
        assumeTrue(installed(), "openssl is not installed");
        socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        socket.setSoTimeout(10);
    }

    @AfterEach
    void end() throws InterruptedException {
        if (dtls != null) dtls.close();
        if (process != null) process.destroyForcibly().waitFor();
        if (socket != null) socket.close();
    }

    private static boolean installed() throws InterruptedException {
        try {
            return new ProcessBuilder("openssl", "version").redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "7, SRTP_AEAD_AES_128_GCM, ec, ECDHE-ECDSA-AES128-GCM-SHA256, X25519:P-256",
        "8, SRTP_AEAD_AES_256_GCM, ec, ECDHE-ECDSA-AES256-GCM-SHA384, P-384:P-256",
        "1, SRTP_AES128_CM_SHA1_80, rsa, ECDHE-ECDSA-AES128-SHA, P-256",
    })
    void as_the_server_of_an_openssl_client(int profile, String name, String kind, String suite, String group) throws Exception {
        byte[] theirs = certificate(kind);
        run("s_client", "-connect", "127.0.0.1:" + socket.getLocalPort(), "-use_srtp", name, "-cipher", suite, "-groups", group);
        connect(false, theirs);
        assertThat(keys).as("closed: %s", closed).isNotNull();
        assertThat(keys.profileId()).isEqualTo(profile);
        await(() -> output().contains("Keying material: "));
        assertThat(output()).contains("Keying material: " + material(keys.remoteKey(), keys.localKey(), keys.remoteSalt(),
                keys.localSalt()));
        talk();
    }

    @ParameterizedTest
    @CsvSource({
        "7, SRTP_AEAD_AES_128_GCM, ec, ECDHE-ECDSA-AES128-GCM-SHA256, X25519:P-256",
        "8, SRTP_AEAD_AES_256_GCM, ec, ECDHE-ECDSA-AES256-GCM-SHA384, P-384:P-256",
    })
    void as_the_client_of_an_openssl_server(int profile, String name, String kind, String suite, String group) throws Exception {
        byte[] theirs = certificate(kind);
        try (var free = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            remote = new InetSocketAddress(InetAddress.getLoopbackAddress(), free.getLocalPort());
        }
        run("s_server", "-accept", "127.0.0.1:" + remote.getPort(), "-Verify", "1", "-serverpref", "-use_srtp", name, "-cipher",
                suite, "-groups", group);
        await(() -> output().contains("ACCEPT"));
        connect(true, theirs);
        assertThat(keys).as("closed: %s", closed).isNotNull();
        assertThat(keys.profileId()).isEqualTo(profile);
        await(() -> output().contains("Keying material: "));
        assertThat(output()).contains("Keying material: " + material(keys.localKey(), keys.remoteKey(), keys.localSalt(),
                keys.remoteSalt()));
        talk();
    }

    @ParameterizedTest
    @CsvSource({
        "8, SRTP_AEAD_AES_256_GCM, rsa, ECDHE-RSA-AES256-GCM-SHA384, P-256",
        "1, SRTP_AES128_CM_SHA1_80, rsa, ECDHE-RSA-AES128-SHA, P-384:P-256",
    })
    void as_the_client_of_an_openssl_server_with_an_rsa_key(int profile, String name, String kind, String suite,
            String group) throws Exception {
        as_the_client_of_an_openssl_server(profile, name, kind, suite, group);
    }

    @Test
    void a_client_without_certificate_is_refused() throws Exception {
        byte[] theirs = certificate("ec");
        start("s_client", "-connect", "127.0.0.1:" + socket.getLocalPort(), "-use_srtp", "SRTP_AEAD_AES_128_GCM");
        connect(false, theirs);
        assertThat(keys).isNull();
        assertThat(closed).contains("failed");
    }

    @Test
    void a_client_without_srtp_is_refused() throws Exception {
        byte[] theirs = certificate("ec");
        run("s_client", "-connect", "127.0.0.1:" + socket.getLocalPort());
        connect(false, theirs);
        assertThat(keys).isNull();
        assertThat(closed).contains("failed");
    }

    private static String material(byte[]... parts) {
        StringBuilder text = new StringBuilder();
        for (byte[] part : parts) text.append(HexFormat.of().withUpperCase().formatHex(part));
        return text.toString();
    }

    private byte[] certificate(String kind) throws Exception {
        List<String> command = new ArrayList<>(List.of("openssl", "req", "-x509", "-nodes", "-days", "30", "-subj", "/CN=other",
                "-keyout", folder.resolve("key").toString(), "-out", folder.resolve("certificate").toString(), "-newkey"));
        command.addAll(kind.equals("ec") ? List.of("ec", "-pkeyopt", "ec_paramgen_curve:P-256") : List.of("rsa:2048"));
        assertThat(new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(folder.resolve("req").toFile()).start().waitFor()).isZero();
        var parsed = CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(folder.resolve("certificate"))));
        return DtlsCertificate.hash("sha-256", parsed.getEncoded());
    }

    private void run(String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("-cert", folder.resolve("certificate").toString(), "-key", folder.resolve("key").toString()));
        start(all.toArray(String[]::new));
    }

    private void start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        int bytes = command.contains("SRTP_AEAD_AES_256_GCM") ? 88 : command.contains("SRTP_AES128_CM_SHA1_80") ? 60 : 56;
        command.addAll(List.of("-dtls1_2", "-keymatexport", "EXTRACTOR-dtls_srtp", "-keymatexportlen", "" + bytes));
        process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(folder.resolve("output").toFile()).start();
    }

    private String output() {
        try {
            return Files.readString(folder.resolve("output"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void connect(boolean client, byte[] fingerprint) {
        dtls = new DtlsConnection(DtlsSettings.of(Link.certificate(), client), Link.RANDOM, KeyOperations.ofJava(), this);
        dtls.prepare("sha-256", fingerprint);
        dtls.start();
        await(() -> keys != null || closed != null);
    }

    private void talk() throws IOException {
        dtls.send("from here\n".getBytes(), 0, 10);
        await(() -> output().contains("from here"));
        process.getOutputStream().write("from there\n".getBytes());
        process.getOutputStream().flush();
        await(() -> String.join("", received).contains("from there"));
    }

    /** The owner's loop: one datagram or ten milliseconds per turn. */
    private void await(BooleanSupplier condition) {
        byte[] buffer = new byte[2_048];
        for (long end = System.nanoTime() + PATIENCE_NANOS; !condition.getAsBoolean(); ) {
            assertThat(System.nanoTime() - end).as("in time; closed: %s, openssl says: %s", closed, output()).isNegative();
            if (dtls != null) dtls.drain();
            DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
            try {
                socket.receive(packet);
            } catch (SocketTimeoutException e) {
                continue;
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
            remote = (InetSocketAddress) packet.getSocketAddress();
            if (dtls != null) dtls.receive(packet.getData(), 0, packet.getLength());
        }
    }

    @Override
    public void transmit(byte[] bytes, int offset, int length) {
        try {
            if (remote != null) socket.send(new DatagramPacket(bytes, offset, length, remote));
        } catch (IOException e) {
            assertThat(process.isAlive()).as("nobody listens: %s", e).isFalse();
        }
    }

    @Override
    public void connected(SrtpKeys exported) {
        keys = exported;
    }

    @Override
    public void data(byte[] bytes, int offset, int length) {
        received.add(new String(bytes, offset, length));
    }

    @Override
    public void closedByOther() {
        closed("DTLS: closed by the other side");
    }

    @Override
    public void closed(String reason) {
        closed = reason;
    }

    @Override
    public void ready() {
        // the loop of this test turns often enough
    }
}
