package io.stoa.dtls;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Hashtable;
import java.util.Vector;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.CipherSuite;
import org.bouncycastle.tls.ClientCertificateType;
import org.bouncycastle.tls.DTLSClientProtocol;
import org.bouncycastle.tls.DTLSServerProtocol;
import org.bouncycastle.tls.DTLSTransport;
import org.bouncycastle.tls.DatagramTransport;
import org.bouncycastle.tls.DefaultTlsClient;
import org.bouncycastle.tls.DefaultTlsServer;
import org.bouncycastle.tls.ExporterLabel;
import org.bouncycastle.tls.HashAlgorithm;
import org.bouncycastle.tls.NamedGroup;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.SignatureAlgorithm;
import org.bouncycastle.tls.SignatureAndHashAlgorithm;
import org.bouncycastle.tls.TlsAuthentication;
import org.bouncycastle.tls.TlsContext;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsSRTPUtils;
import org.bouncycastle.tls.TlsServerCertificate;
import org.bouncycastle.tls.TlsUtils;
import org.bouncycastle.tls.UseSRTPData;

/** One handshake in either role, as Bouncy Castle wants it told. Runs on the handshake thread, except for its construction. */
final class Handshake {
    private static final int[] SUITES = {
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        CipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
        CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
    };

    private final DtlsSettings settings;
    private final String fingerprintAlgorithm;
    private final byte[] fingerprint;
    private final DtlsCrypto crypto;
    private volatile boolean mismatch;
    private SrtpKeys keys;
    private int chosenProfile = -1;

    Handshake(DtlsSettings settings, String fingerprintAlgorithm, byte[] fingerprint, SecureRandom random, KeyOperations keyOperations) {
        this.settings = settings;
        this.fingerprintAlgorithm = fingerprintAlgorithm;
        this.fingerprint = fingerprint;
        crypto = new DtlsCrypto(random, keyOperations);
    }

    /** Blocks until the handshake is done. @throws IOException if it fails */
    DTLSTransport run(DatagramTransport transport) throws IOException {
        return settings.client() ? new DTLSClientProtocol().connect(new Client(), transport) : new DTLSServerProtocol().accept(new Server(), transport);
    }

    SrtpKeys keys() {
        return keys;
    }

    /** The peer has another certificate than it announced. */
    boolean mismatch() {
        return mismatch;
    }

    /** Records that did not decrypt, in the handshake and after. */
    int refused() {
        return crypto.refused();
    }

    private void verify(Certificate chain) throws IOException {
        if (chain == null || chain.isEmpty()) throw new TlsFatalAlert(AlertDescription.bad_certificate, "no certificate");
        byte[] actual = DtlsCertificate.hash(fingerprintAlgorithm, chain.getCertificateAt(0).getEncoded());
        mismatch = actual == null || !MessageDigest.isEqual(actual, fingerprint);
        if (mismatch)
            throw new TlsFatalAlert(AlertDescription.bad_certificate, "the certificate does not match the fingerprint of the description");
    }

    /** What the JDK can verify by these names; it does not know RSA-PSS as Bouncy Castle calls it. */
    private static Vector<SignatureAndHashAlgorithm> signatureAlgorithms() {
        Vector<SignatureAndHashAlgorithm> algorithms = new Vector<>();
        for (short hash : new short[] {HashAlgorithm.sha256, HashAlgorithm.sha384, HashAlgorithm.sha512})
            for (short signature : new short[] {SignatureAlgorithm.ecdsa, SignatureAlgorithm.rsa})
                algorithms.add(SignatureAndHashAlgorithm.getInstance(hash, signature));
        return algorithms;
    }

    private void export(TlsContext context) throws IOException {
        if (chosenProfile < 0) throw new TlsFatalAlert(AlertDescription.handshake_failure, "no common SRTP protection profile");
        int key = chosenProfile == 0x0008 ? 32 : 16;
        int salt = chosenProfile == 0x0001 ? 14 : 12;
        byte[] material = context.exportKeyingMaterial(ExporterLabel.dtls_srtp, null, 2 * (key + salt));
        byte[] clientKey = Arrays.copyOfRange(material, 0, key);
        byte[] serverKey = Arrays.copyOfRange(material, key, 2 * key);
        byte[] clientSalt = Arrays.copyOfRange(material, 2 * key, 2 * key + salt);
        byte[] serverSalt = Arrays.copyOfRange(material, 2 * key + salt, material.length);
        keys = settings.client()
                ? new SrtpKeys(chosenProfile, clientKey, clientSalt, serverKey, serverSalt)
                : new SrtpKeys(chosenProfile, serverKey, serverSalt, clientKey, clientSalt);
    }

    private int[] profiles() {
        return settings.profiles().stream().mapToInt(Integer::intValue).toArray();
    }

    private final class Client extends DefaultTlsClient {
        Client() {
            super(Handshake.this.crypto);
        }

        @Override
        protected ProtocolVersion[] getSupportedVersions() {
            return ProtocolVersion.DTLSv12.only();
        }

        @Override
        protected int[] getSupportedCipherSuites() {
            return TlsUtils.getSupportedCipherSuites(crypto, SUITES);
        }

        @Override
        @SuppressWarnings("rawtypes")
        protected Vector getSupportedGroups(Vector namedGroupRoles) {
            return groups();
        }

        @Override
        @SuppressWarnings("rawtypes")
        protected Vector getSupportedSignatureAlgorithms() {
            return signatureAlgorithms();
        }

        @Override
        @SuppressWarnings({"rawtypes", "unchecked"})
        public Hashtable getClientExtensions() throws IOException {
            Hashtable extensions = super.getClientExtensions();
            if (extensions == null) extensions = new Hashtable<>();
            TlsSRTPUtils.addUseSRTPExtension(extensions, new UseSRTPData(profiles(), TlsUtils.EMPTY_BYTES));
            return extensions;
        }

        @Override
        @SuppressWarnings("rawtypes")
        public void processServerExtensions(Hashtable serverExtensions) throws IOException {
            super.processServerExtensions(serverExtensions);
            UseSRTPData chosen = TlsSRTPUtils.getUseSRTPExtension(serverExtensions);
            if (chosen != null && chosen.getProtectionProfiles().length == 1 && settings.profiles().contains(chosen.getProtectionProfiles()[0]))
                chosenProfile = chosen.getProtectionProfiles()[0];
        }

        @Override
        public TlsAuthentication getAuthentication() {
            return new TlsAuthentication() {
                @Override
                public void notifyServerCertificate(TlsServerCertificate server) throws IOException {
                    verify(server.getCertificate());
                }

                @Override
                public TlsCredentials getClientCredentials(CertificateRequest request) throws IOException {
                    return crypto.signer(settings.certificate());
                }
            };
        }

        @Override
        public int getHandshakeTimeoutMillis() {
            return settings.handshakeMillis();
        }

        @Override
        public int getHandshakeResendTimeMillis() {
            return settings.retransmitMillis();
        }

        @Override
        public void notifyHandshakeComplete() throws IOException {
            super.notifyHandshakeComplete();
            export(context);
        }
    }

    private static Vector<Integer> groups() {
        Vector<Integer> groups = new Vector<>();
        groups.add(NamedGroup.x25519);
        groups.add(NamedGroup.secp256r1);
        groups.add(NamedGroup.secp384r1);
        return groups;
    }

    private final class Server extends DefaultTlsServer {
        Server() {
            super(Handshake.this.crypto);
        }

        @Override
        protected ProtocolVersion[] getSupportedVersions() {
            return ProtocolVersion.DTLSv12.only();
        }

        @Override
        protected int[] getSupportedCipherSuites() {
            return new int[] {SUITES[0], SUITES[2], SUITES[4]}; // our certificate signs ECDSA
        }

        @Override
        public int[] getSupportedGroups() {
            return new int[] {NamedGroup.x25519, NamedGroup.secp256r1, NamedGroup.secp384r1};
        }

        @Override
        public TlsCredentials getCredentials() throws IOException {
            return crypto.signer(settings.certificate());
        }

        @Override
        public CertificateRequest getCertificateRequest() {
            return new CertificateRequest(
                    new short[] {ClientCertificateType.ecdsa_sign, ClientCertificateType.rsa_sign}, signatureAlgorithms(), new Vector<X500Name>());
        }

        @Override
        public void notifyClientCertificate(Certificate chain) throws IOException {
            verify(chain);
        }

        @Override
        @SuppressWarnings("rawtypes")
        public void processClientExtensions(Hashtable clientExtensions) throws IOException {
            super.processClientExtensions(clientExtensions);
            UseSRTPData offered = TlsSRTPUtils.getUseSRTPExtension(clientExtensions);
            if (offered == null) return;
            for (int mine : settings.profiles())
                for (int theirs : offered.getProtectionProfiles()) if (mine == theirs && chosenProfile < 0) chosenProfile = mine;
        }

        @Override
        @SuppressWarnings({"rawtypes", "unchecked"})
        public Hashtable getServerExtensions() throws IOException {
            Hashtable extensions = super.getServerExtensions();
            if (extensions == null) extensions = new Hashtable<>();
            if (chosenProfile >= 0)
                TlsSRTPUtils.addUseSRTPExtension(extensions, new UseSRTPData(new int[] {chosenProfile}, TlsUtils.EMPTY_BYTES));
            return extensions;
        }

        @Override
        public int getHandshakeTimeoutMillis() {
            return settings.handshakeMillis();
        }

        @Override
        public int getHandshakeResendTimeMillis() {
            return settings.retransmitMillis();
        }

        @Override
        public void notifyHandshakeComplete() throws IOException {
            super.notifyHandshakeComplete();
            export(context);
        }
    }
}
