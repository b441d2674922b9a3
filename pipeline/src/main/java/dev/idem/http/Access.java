package dev.idem.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Decides who may ask for what. Pure.
 *
 * <p>With a token: who shows it. Without one the server listens on loopback only, and what remains is a browser of this
 * machine that a foreign page uses: its requests name a foreign host (DNS rebinding) or a foreign origin.
 *
 * <p><i>Threads:</i> immutable.
 */
final class Access {

    private static final Pattern OWN_HOST =
            Pattern.compile("(127\\.\\d+\\.\\d+\\.\\d+|localhost|\\[::1])(:\\d{1,5})?", Pattern.CASE_INSENSITIVE);
    private static final String BEARER = "bearer ";

    private final byte[] token;

    /** Requires the token; an empty one requires none. */
    Access(String token) {
        this.token = token.isEmpty() ? new byte[0] : digest(token);
    }

    /**
     * What a request says of itself; headers that it lacks are empty.
     *
     * @param changes true where it starts something
     */
    record Asked(boolean changes, String host, String origin, String fetchSite, String authorization) {}

    /** Why the request is refused; empty where it is not. */
    Optional<Problem> refusal(Asked asked) {
        if (token.length > 0) {
            return hasToken(asked.authorization())
                    ? foreignPage(asked)
                    : Optional.of(new Problem(401, "no valid token (expected: Authorization: Bearer <http.token>)"));
        }
        return OWN_HOST.matcher(asked.host()).matches()
                ? foreignPage(asked)
                : Optional.of(new Problem(
                        403, "Host names another machine (expected: localhost or 127.0.0.1; or set http.token)"));
    }

    private boolean hasToken(String authorization) {
        boolean isBearer = authorization.regionMatches(true, 0, BEARER, 0, BEARER.length());
        // Digests have one length, so the time of the comparison tells nothing of the token.
        return isBearer
                && MessageDigest.isEqual(
                        digest(authorization.substring(BEARER.length()).strip()), token);
    }

    private static Optional<Problem> foreignPage(Asked asked) {
        boolean isForeign = !asked.origin().isEmpty()
                        && !asked.origin().equals("http://" + asked.host())
                        && !asked.origin().equals("https://" + asked.host())
                || asked.fetchSite().equals("cross-site")
                || asked.fetchSite().equals("same-site");
        return asked.changes() && isForeign
                ? Optional.of(new Problem(403, "the request comes from a page of another site"))
                : Optional.empty();
    }

    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
