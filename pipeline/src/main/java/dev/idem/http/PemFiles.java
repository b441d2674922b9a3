package dev.idem.http;

import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads certificates and a private key as certificate authorities hand them out.
 *
 * <p><i>Fails:</i> with {@link ErrorKind#SETTINGS} and a message that names the setting, never what stands in a file.
 *
 * <p><i>Source:</i> RFC 7468, "Textual Encodings of PKIX, PKCS, and CMS Structures".
 */
final class PemFiles {

    static final String CERTIFICATE = "http.tls.certificate";
    static final String KEY = "http.tls.key";

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA", "RSASSA-PSS");

    private PemFiles() {}

    /** The certificates of a file, the server's own first. */
    static List<X509Certificate> certificates(Path file) {
        byte[] text = read(CERTIFICATE, file);
        try {
            List<X509Certificate> found =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(text))
                            .stream()
                            .map(X509Certificate.class::cast)
                            .toList();
            if (!found.isEmpty()) {
                return found;
            }
        } catch (CertificateException e) {
            throw wrong(CERTIFICATE, file, "is not read as certificates", "-----BEGIN CERTIFICATE-----", e);
        }
        throw wrong(CERTIFICATE, file, "holds no certificate", "-----BEGIN CERTIFICATE-----", null);
    }

    /** The private key of a file. */
    static PrivateKey privateKey(Path file) {
        String text = new String(read(KEY, file), StandardCharsets.ISO_8859_1);
        Matcher block = BLOCK.matcher(text);
        while (block.find()) {
            String kind = block.group(1);
            if (kind.equals("PRIVATE KEY")) {
                return decode(file, block.group(2).replaceAll("\\s", ""));
            }
            if (kind.endsWith(" PRIVATE KEY")) {
                throw wrong(
                        KEY,
                        file,
                        "holds a key of the form " + kind,
                        "-----BEGIN PRIVATE KEY-----: openssl pkcs8 -topk8 -nodes -in old.pem -out new.pem makes it",
                        null);
            }
        }
        throw wrong(KEY, file, "holds no private key", "-----BEGIN PRIVATE KEY-----", null);
    }

    private static PrivateKey decode(Path file, String base64) {
        PKCS8EncodedKeySpec encoded;
        try {
            encoded = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64));
        } catch (IllegalArgumentException e) {
            throw wrong(KEY, file, "is cut or damaged", "a whole PEM file", null);
        }
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
            } catch (InvalidKeySpecException e) {
                // a key of another algorithm
            } catch (GeneralSecurityException e) {
                throw wrong(KEY, file, "cannot be read by this Java", "a key of RSA, EC or EdDSA", e);
            }
        }
        throw wrong(KEY, file, "holds a key of an unknown algorithm, or is damaged", "RSA, EC or EdDSA", null);
    }

    private static byte[] read(String setting, Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw wrong(setting, file, "does not exist", "a file in PEM", e);
        } catch (IOException e) {
            throw wrong(setting, file, "cannot be read (" + e.getClass().getSimpleName() + ')', "a file in PEM", e);
        }
    }

    /** The failure of a setting. */
    static PipelineException wrong(
            String setting, Path file, String found, String expected, @Nullable Throwable cause) {
        return new PipelineException(
                ErrorKind.SETTINGS, setting + ": " + file + " " + found + " (expected: " + expected + ')', cause);
    }
}
