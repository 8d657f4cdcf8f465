package io.stoa.turn.server;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Certificate and key as they are in their files, which may be renewed while the server runs. One thread. */
final class ServerCertificate {
    private static final Logger LOG = LoggerFactory.getLogger(ServerCertificate.class);
    private static final long LOOK_NANOS = 10_000_000_000L;

    private final Path certFile;
    private final Path keyFile;
    private SslContext context;
    private FileTime certTime;
    private FileTime keyTime;
    private long lookedAt;

    /** @throws IOException if they cannot be used; names the key, its value and what is allowed */
    ServerCertificate(String certFile, String keyFile, long now) throws IOException {
        this.certFile = named("turn.cert_file", certFile);
        this.keyFile = named("turn.key_file", keyFile);
        lookedAt = now;
        load();
    }

    private static Path named(String key, String file) throws IOException {
        if (file.isBlank() || !Files.isReadable(Path.of(file)))
            throw new IOException(key + " is \"" + file + "\"; allowed: a PEM file that can be read, unless turn.external_tls is true or turn.tls_port is 0");
        return Path.of(file);
    }

    /** Files that are half written are left alone: the next look finds them whole. */
    SslContext context(long now) {
        if (now - lookedAt < LOOK_NANOS) return context;
        lookedAt = now;
        try {
            if (Files.getLastModifiedTime(certFile).equals(certTime) && Files.getLastModifiedTime(keyFile).equals(keyTime)) return context;
            load();
            LOG.info("the certificate for TURN over TLS was read anew");
        } catch (IOException e) {
            LOG.warn("the renewed certificate for TURN over TLS cannot be used, the old one stays: {}", e.getMessage());
        }
        return context;
    }

    private void load() throws IOException {
        FileTime cert = Files.getLastModifiedTime(certFile);
        FileTime key = Files.getLastModifiedTime(keyFile);
        context = SslContextBuilder.forServer(privateKey(), chain()).sslProvider(SslProvider.JDK).protocols("TLSv1.3", "TLSv1.2").build();
        certTime = cert;
        keyTime = key;
    }

    private X509Certificate[] chain() throws IOException {
        try (InputStream pem = Files.newInputStream(certFile)) {
            X509Certificate[] chain = CertificateFactory.getInstance("X.509").generateCertificates(pem).toArray(X509Certificate[]::new);
            if (chain.length == 0) throw new IOException("turn.cert_file is \"" + certFile + "\", which has no certificate in it");
            return chain;
        } catch (GeneralSecurityException e) {
            throw new IOException("turn.cert_file is \"" + certFile + "\", which has no certificate in it that can be read", e);
        }
    }

    /** PKCS #8, or the older forms that name the algorithm. */
    private PrivateKey privateKey() throws IOException {
        try (Reader pem = Files.newBufferedReader(keyFile); PEMParser parser = new PEMParser(pem)) {
            for (Object found = parser.readObject(); found != null; found = parser.readObject()) {
                if (found instanceof PrivateKeyInfo key) return new JcaPEMKeyConverter().getPrivateKey(key);
                if (found instanceof PEMKeyPair pair) return new JcaPEMKeyConverter().getPrivateKey(pair.getPrivateKeyInfo());
            }
        }
        throw new IOException("turn.key_file is \"" + keyFile + "\"; allowed: a PEM file with a private key that is not encrypted");
    }
}
