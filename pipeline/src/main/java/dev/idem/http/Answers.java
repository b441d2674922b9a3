package dev.idem.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;

/** How answers are sent. */
final class Answers {

    private static final HttpString POLICY = new HttpString("Content-Security-Policy");
    private static final HttpString NO_SNIFF = new HttpString("X-Content-Type-Options");
    private static final HttpString REFERRER = new HttpString("Referrer-Policy");

    private Answers() {}

    static void json(HttpServerExchange exchange, JsonNode body) {
        text(exchange, "application/json", body.toString());
    }

    static void text(HttpServerExchange exchange, String contentType, String body) {
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, contentType);
        exchange.getResponseSender().send(body);
    }

    /** What every answer carries: nobody stores, embeds or guesses it, and the page loads nothing from elsewhere. */
    static void protect(HttpServerExchange exchange) {
        exchange.getResponseHeaders()
                .put(Headers.CACHE_CONTROL, "no-store")
                .put(NO_SNIFF, "nosniff")
                .put(REFERRER, "no-referrer")
                .put(
                        POLICY,
                        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:;"
                                + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    }
}
