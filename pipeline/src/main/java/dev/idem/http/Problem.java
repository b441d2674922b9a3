package dev.idem.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.StatusCodes;

/**
 * A refused request.
 *
 * <p><i>Source:</i> RFC 9457, "Problem Details for HTTP APIs".
 *
 * @param status as HTTP counts
 * @param detail what is wrong and what was expected
 */
record Problem(int status, String detail) {

    private static final ObjectMapper JSON = new ObjectMapper();
    static final String CONTENT_TYPE = "application/problem+json";

    /** Answers with it. */
    void send(HttpServerExchange exchange) {
        ObjectNode body = JSON.createObjectNode();
        body.put("type", "about:blank");
        body.put("title", StatusCodes.getReason(status));
        body.put("status", status);
        body.put("detail", detail);
        exchange.setStatusCode(status);
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, CONTENT_TYPE);
        exchange.getResponseSender().send(body.toString());
    }
}
