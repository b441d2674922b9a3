package dev.idem.http;

import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The trust of a command in the process that it speaks to: it has the very certificate that the settings name, and so
 * its key. So neither an authority nor a name is needed, and a command reaches the process by any of its addresses.
 *
 * <p><i>Threads:</i> thread-safe.
 */
public final class PinnedServer extends X509ExtendedTrustManager {

    private final X509Certificate expected;

    private PinnedServer(X509Certificate expected) {
        this.expected = expected;
    }

    /**
     * What a client needs to speak TLS with the server of this certificate, and no other.
     *
     * @throws dev.idem.error.PipelineException {@link dev.idem.error.ErrorKind#SETTINGS} where the file cannot be used
     */
    public static SSLContext context(Path certificate) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    null,
                    new TrustManager[] {
                        new PinnedServer(PemFiles.certificates(certificate).get(0))
                    },
                    null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has TLS", e);
        }
    }

    private void require(X509Certificate[] chain) throws CertificateException {
        if (chain.length == 0 || !chain[0].equals(expected)) {
            throw new CertificateException("the server has another certificate than " + PemFiles.CERTIFICATE);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        require(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        require(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        require(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        checkClientTrusted(chain, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        checkClientTrusted(chain, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        throw new CertificateException("this is no server");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
