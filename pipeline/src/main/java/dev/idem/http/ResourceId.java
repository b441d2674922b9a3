package dev.idem.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.PathTemplateMatch;
import java.util.OptionalLong;

/** The number in the path of a resource. */
final class ResourceId {

    private static final String NUMBER = "[1-9]\\d{0,17}";

    private ResourceId() {}

    /** The part {@code {id}} of the path; empty where it is no number. */
    static OptionalLong of(HttpServerExchange exchange) {
        PathTemplateMatch match = exchange.getAttachment(PathTemplateMatch.ATTACHMENT_KEY);
        String id = match == null ? "" : match.getParameters().getOrDefault("id", "");
        return id.matches(NUMBER) ? OptionalLong.of(Long.parseLong(id)) : OptionalLong.empty();
    }

    /** The answer where there is none. */
    static Problem unknown(String what) {
        return new Problem(404, "no such " + what);
    }
}
