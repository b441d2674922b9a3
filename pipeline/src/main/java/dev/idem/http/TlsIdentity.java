package dev.idem.http;

import dev.idem.error.PipelineException;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Certificate and key of the server. Files that were renewed are taken up at the next connections; where they cannot be
 * used, the old ones stay.
 *
 * <p><i>Threads:</i> thread-safe.
 */
public final class TlsIdentity {

    private static final Logger LOG = LoggerFactory.getLogger(TlsIdentity.class);
    private static final long LOOK_NANOS = Duration.ofSeconds(1).toNanos();
    private static final String ALIAS = "idem";

    private final Path certificate;
    private final Path key;
    private final Object looking = new Object();
    private volatile Loaded loaded;
    private long nextLook = System.nanoTime() + LOOK_NANOS;

    private TlsIdentity(Path certificate, Path key) {
        this.certificate = certificate;
        this.key = key;
        this.loaded = load();
    }

    /** What the files held, and what they looked like then. */
    private record Loaded(X509ExtendedKeyManager keys, String stamp) {}

    /**
     * Reads both files.
     *
     * @throws PipelineException {@link dev.idem.error.ErrorKind#SETTINGS} where they cannot be used, with the setting
     */
    public static TlsIdentity of(Path certificate, Path key) {
        return new TlsIdentity(certificate, key);
    }

    /** What a server needs to speak TLS. */
    SSLContext context() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {new Current()}, null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has TLS", e);
        }
    }

    private Loaded load() {
        String stamp = stamp();
        List<X509Certificate> chain = PemFiles.certificates(certificate);
        PrivateKey own = PemFiles.privateKey(key);
        requirePair(chain.get(0).getPublicKey(), own);
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(ALIAS, own, new char[0], chain.toArray(X509Certificate[]::new));
            KeyManagerFactory factory = KeyManagerFactory.getInstance("NewSunX509");
            factory.init(store, new char[0]);
            X509ExtendedKeyManager keys = Arrays.stream(factory.getKeyManagers())
                    .filter(X509ExtendedKeyManager.class::isInstance)
                    .map(X509ExtendedKeyManager.class::cast)
                    .findFirst()
                    .orElseThrow();
            return new Loaded(keys, stamp);
        } catch (GeneralSecurityException | IOException e) {
            throw PemFiles.wrong(
                    PemFiles.CERTIFICATE, certificate, "cannot be used", "the chain of the server's certificate", e);
        }
    }

    /** A key that is not the certificate's would fail at each handshake, with a message that does not say so. */
    private void requirePair(PublicKey publicKey, PrivateKey own) {
        byte[] probe = {1, 2, 3};
        try {
            String algorithm = signature(publicKey);
            Signature signing = Signature.getInstance(algorithm);
            signing.initSign(own);
            signing.update(probe);
            byte[] signed = signing.sign();
            Signature verifying = Signature.getInstance(algorithm);
            verifying.initVerify(publicKey);
            verifying.update(probe);
            if (verifying.verify(signed)) {
                return;
            }
        } catch (SignatureException | InvalidKeyException e) {
            throw notAPair(e);
        } catch (GeneralSecurityException e) {
            throw PemFiles.wrong(
                    PemFiles.CERTIFICATE, certificate, "has a key of an unknown algorithm", "RSA, EC or EdDSA", e);
        }
        throw notAPair(null);
    }

    private PipelineException notAPair(@Nullable Throwable cause) {
        return PemFiles.wrong(
                PemFiles.KEY,
                key,
                "is not the key of the certificate in " + certificate,
                "the key of the first certificate there",
                cause);
    }

    private static String signature(PublicKey key) {
        if (key instanceof RSAPublicKey) {
            return "SHA256withRSA";
        }
        return key.getAlgorithm().equals("EC") ? "SHA256withECDSA" : key.getAlgorithm();
    }

    private String stamp() {
        try {
            return Files.getLastModifiedTime(certificate) + " " + Files.getLastModifiedTime(key);
        } catch (IOException e) {
            return "";
        }
    }

    private X509ExtendedKeyManager current() {
        synchronized (looking) {
            if (System.nanoTime() - nextLook >= 0) {
                nextLook = System.nanoTime() + LOOK_NANOS;
                lookAgain();
            }
        }
        return loaded.keys();
    }

    /** A certificate without its key yet, or the other way round, is looked at again. */
    private void lookAgain() {
        String stamp = stamp();
        if (stamp.isEmpty() || stamp.equals(loaded.stamp())) {
            return;
        }
        try {
            loaded = load();
            LOG.info("certificate was renewed file={}", certificate);
        } catch (PipelineException e) {
            LOG.warn("renewed certificate is not used, the old one stays reason=\"{}\"", e.getMessage());
        }
    }

    /** Asks the one that is current. */
    private final class Current extends X509ExtendedKeyManager {

        @Override
        public @Nullable String chooseEngineServerAlias(String type, Principal @Nullable [] issuers, SSLEngine engine) {
            return current().chooseEngineServerAlias(type, issuers, engine);
        }

        @Override
        public @Nullable String chooseServerAlias(String type, Principal @Nullable [] issuers, Socket socket) {
            return current().chooseServerAlias(type, issuers, socket);
        }

        @Override
        public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
            return current().getServerAliases(type, issuers);
        }

        @Override
        public X509Certificate @Nullable [] getCertificateChain(String alias) {
            return current().getCertificateChain(alias);
        }

        @Override
        public @Nullable PrivateKey getPrivateKey(String alias) {
            return current().getPrivateKey(alias);
        }

        @Override
        public String @Nullable [] getClientAliases(String type, Principal @Nullable [] issuers) {
            return null;
        }

        @Override
        public @Nullable String chooseClientAlias(String[] types, Principal @Nullable [] issuers, Socket socket) {
            return null;
        }
    }
}
