package dev.idem.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.idem.config.Settings;
import dev.idem.config.SettingsLoader;
import dev.idem.http.ApiServer;
import dev.idem.http.PinnedServer;
import dev.idem.http.TlsIdentity;
import dev.idem.http.Watched;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The HTTP interface by TLS: real handshakes, and what is said of files that cannot be used. */
class TlsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Watched NOTHING =
            new Watched(Optional::empty, () -> new ObjectMapper().createArrayNode(), Optional.empty(), () -> "");

    @TempDir
    private Path directory;

    @Test
    void clients_that_trust_the_certificate_speak_to_it_and_others_do_not() throws Exception {
        TestCertificate own = TestCertificate.make(directory, "own", "EC");
        TestCertificate other = TestCertificate.make(directory, "other", "RSA");
        try (ApiServer server = start(own)) {
            HttpResponse<String> answer = get(trusting(own), server.port());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.sslSession().map(SSLSession::getProtocol)).contains("TLSv1.3");
            assertThatThrownBy(() -> get(trusting(other), server.port())).hasMessageContaining("certification path");

            assertThat(ask(settings(server.port(), own))).hasValueSatisfying(told -> {
                assertThat(told.status()).isEqualTo(200);
                assertThat(told.body().path("status").asText()).isEqualTo("UP");
            });
            assertThatThrownBy(() -> ask(settings(server.port(), other)))
                    .hasMessageContaining("http.tls.certificate")
                    .hasMessageContaining("expected");
            assertThat(ask(load(Map.of("http.port", String.valueOf(server.port())))))
                    .as("in clear")
                    .isEmpty();
        }
    }

    @Test
    void renewed_certificate_is_taken_up_without_a_restart_and_a_broken_one_is_not() throws Exception {
        TestCertificate old = TestCertificate.make(directory, "old", "RSA");
        TestCertificate renewed = TestCertificate.make(directory, "renewed", "EC");
        try (ApiServer server = start(old)) {
            assertThat(shown(server.port(), old)).isEqualTo(old.certificate());

            TestCertificate before = new TestCertificate(
                    old.certificate(),
                    Files.copy(old.chain(), directory.resolve("before.crt")),
                    Files.copy(old.key(), directory.resolve("before.key")));
            Files.move(renewed.chain(), old.chain(), StandardCopyOption.REPLACE_EXISTING);
            await().during(Duration.ofSeconds(3))
                    .atMost(PATIENCE)
                    .until(() -> shown(server.port(), before).equals(old.certificate()));
            Files.move(renewed.key(), old.key(), StandardCopyOption.REPLACE_EXISTING);
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .until(() -> shown(server.port(), old).equals(renewed.certificate()));
        }
    }

    @Test
    void files_that_cannot_be_used_are_told_with_their_setting() throws Exception {
        TestCertificate own = TestCertificate.make(directory, "own", "EC");
        TestCertificate other = TestCertificate.make(directory, "other", "EC");
        Path nowhere = directory.resolve("nowhere.pem");
        Path text = Files.writeString(directory.resolve("text.pem"), "no PEM", StandardCharsets.UTF_8);
        Path ofOldForm = TestCertificate.pem(directory.resolve("old.pem"), "RSA PRIVATE KEY", new byte[20]);
        Path damaged = TestCertificate.pem(directory.resolve("damaged.pem"), "PRIVATE KEY", new byte[20]);

        assertRefused(nowhere, own.key(), "http.tls.certificate: ", "does not exist");
        assertRefused(text, own.key(), "http.tls.certificate: ", "BEGIN CERTIFICATE");
        assertRefused(own.key(), own.key(), "http.tls.certificate: ", "BEGIN CERTIFICATE");
        assertRefused(own.chain(), nowhere, "http.tls.key: ", "does not exist");
        assertRefused(own.chain(), own.chain(), "http.tls.key: ", "holds no private key");
        assertRefused(own.chain(), ofOldForm, "http.tls.key: ", "openssl pkcs8");
        assertRefused(own.chain(), damaged, "http.tls.key: ", "damaged");
        assertRefused(own.chain(), other.key(), "http.tls.key: ", "is not the key of the certificate");
    }

    @Test
    void token_is_needed_off_loopback_also_with_tls_and_the_two_files_go_together() {
        Map<String, String> both = Map.of("http.tls.certificate", "a.crt", "http.tls.key", "a.key", "http.port", "0");
        assertThat(load(both).http().tls()).isPresent();
        Map<String, String> open = new HashMap<>(both);
        open.put("http.host", "0.0.0.0");
        assertThatThrownBy(() -> load(open)).hasMessageContaining("http.token: not set");
        assertThatThrownBy(() -> load(Map.of("http.tls.certificate", "a.crt")))
                .hasMessageContaining("http.tls.key: not set");
        assertThatThrownBy(() -> load(Map.of("http.tls.key", "a.key")))
                .hasMessageContaining("http.tls.certificate: not set");
    }

    private static void assertRefused(Path certificate, Path key, String setting, String reason) {
        assertThatThrownBy(() -> TlsIdentity.of(certificate, key))
                .hasMessageStartingWith(setting)
                .hasMessageContaining(reason)
                .hasMessageContaining("expected");
    }

    private static ApiServer start(TestCertificate own) {
        Optional<TlsIdentity> tls = Optional.of(TlsIdentity.of(own.chain(), own.key()));
        return ApiServer.start(new ApiServer.Address("127.0.0.1", 0, "", tls), NOTHING);
    }

    private static HttpClient trusting(TestCertificate certificate) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("own", certificate.certificate());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return HttpClient.newBuilder().sslContext(context).build();
    }

    private static HttpResponse<String> get(HttpClient client, int port) throws Exception {
        URI live = URI.create("https://127.0.0.1:" + port + "/health/live");
        return client.send(HttpRequest.newBuilder(live).build(), BodyHandlers.ofString());
    }

    private static Certificate shown(int port, TestCertificate trusted) throws Exception {
        HttpClient client = HttpClient.newBuilder()
                .sslContext(PinnedServer.context(trusted.chain()))
                .build();
        return get(client, port).sslSession().orElseThrow().getPeerCertificates()[0];
    }

    private static Optional<ProcessClient.Answer> ask(Settings settings) {
        return ProcessClient.of(settings).orElseThrow().get("/health/live");
    }

    private static Settings settings(int port, TestCertificate certificate) {
        return load(Map.of(
                "http.port",
                String.valueOf(port),
                "http.tls.certificate",
                certificate.chain().toString(),
                "http.tls.key",
                certificate.key().toString()));
    }

    private static Settings load(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(Map.of(
                "idem.name",
                "tls",
                "source.url",
                "embedded",
                "warehouse.url",
                "embedded",
                "kafka.bootstrap.servers",
                "embedded"));
        all.putAll(more);
        return SettingsLoader.load(Optional.empty(), Map.of(), all);
    }
}
