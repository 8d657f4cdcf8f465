package io.stoa.turn.server;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate that signs itself, and clients that trust nothing else. */
record TestCertificate(KeyPair pair, X509Certificate certificate) {
    static TestCertificate make(String name) throws GeneralSecurityException, OperatorCreationException {
        KeyPair pair = KeyPairGenerator.getInstance("RSA").generateKeyPair();
        Date from = Date.from(Instant.now().minusSeconds(3_600));
        Date to = Date.from(Instant.now().plusSeconds(3_600));
        X500Principal subject = new X500Principal("CN=" + name);
        var builder = new JcaX509v3CertificateBuilder(subject, BigInteger.ONE, from, to, subject, pair.getPublic());
        var signed = builder.build(new JcaContentSignerBuilder("SHA256withRSA").build(pair.getPrivate()));
        return new TestCertificate(pair, new JcaX509CertificateConverter().getCertificate(signed));
    }

    /** @param old the key as PKCS #1, else as PKCS #8 */
    Path write(Path folder, boolean old) throws IOException {
        Files.writeString(folder.resolve("cert.pem"), pem(certificate));
        String key = Base64.getMimeEncoder().encodeToString(pair.getPrivate().getEncoded());
        Files.writeString(folder.resolve("key.pem"), old ? pem(pair.getPrivate()) : "-----BEGIN PRIVATE KEY-----\n" + key + "\n-----END PRIVATE KEY-----\n");
        return folder.resolve("cert.pem");
    }

    private static String pem(Object object) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        }
        return text.toString();
    }

    Socket connect(InetAddress address, int port) throws GeneralSecurityException, IOException {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry("it", certificate);
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(address, port);
        socket.startHandshake();
        return socket;
    }
}
