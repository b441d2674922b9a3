package dev.idem.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.http.Access.Asked;
import org.junit.jupiter.api.Test;

class AccessTest {

    private final Access open = new Access("");
    private final Access closed = new Access("right");

    @Test
    void without_a_token_only_names_of_this_machine_are_answered() {
        assertThat(open.refusal(read("localhost:8087", ""))).isEmpty();
        assertThat(open.refusal(read("127.0.0.1", ""))).isEmpty();
        assertThat(open.refusal(read("[::1]:8087", ""))).isEmpty();
        assertThat(open.refusal(read("evil.example", ""))).isPresent();
        assertThat(open.refusal(read("localhost.evil.example", ""))).isPresent();
        assertThat(open.refusal(read("127.0.0.1.evil.example", ""))).isPresent();
        assertThat(open.refusal(read("", ""))).isPresent();
    }

    @Test
    void with_a_token_whoever_shows_it_is_answered_under_any_name() {
        assertThat(closed.refusal(read("idem.example", "Bearer right"))).isEmpty();
        assertThat(closed.refusal(read("idem.example", "bearer right"))).isEmpty();
        assertThat(closed.refusal(read("localhost", "")).orElseThrow().status()).isEqualTo(401);
        assertThat(closed.refusal(read("localhost", "Bearer wrong"))
                        .orElseThrow()
                        .status())
                .isEqualTo(401);
        assertThat(closed.refusal(read("localhost", "Bearer rightmore"))).isPresent();
        assertThat(closed.refusal(read("localhost", "right"))).isPresent();
    }

    @Test
    void pages_of_other_sites_change_nothing() {
        assertThat(open.refusal(change("localhost:8087", "http://localhost:8087", "same-origin")))
                .isEmpty();
        assertThat(open.refusal(change("localhost:8087", "", ""))).isEmpty();
        assertThat(open.refusal(change("localhost:8087", "http://localhost:9000", "")))
                .isPresent();
        assertThat(open.refusal(change("localhost:8087", "null", ""))).isPresent();
        assertThat(open.refusal(change("localhost:8087", "", "cross-site"))).isPresent();
    }

    private static Asked read(String host, String authorization) {
        return new Asked(false, host, "", "", authorization);
    }

    private static Asked change(String host, String origin, String fetchSite) {
        return new Asked(true, host, origin, fetchSite, "");
    }
}
