package dev.idem.http;

import io.undertow.server.HttpHandler;
import io.undertow.util.Headers;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Objects;

/** The files of the page, packed with the program. They hold no data, so they need no token. */
final class PageFiles {

    private PageFiles() {}

    static HttpHandler of(String name, String contentType) {
        byte[] content = read(name);
        return exchange -> {
            exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, contentType + "; charset=utf-8");
            exchange.getResponseSender().send(ByteBuffer.wrap(content));
        };
    }

    private static byte[] read(String name) {
        try (InputStream file = Objects.requireNonNull(PageFiles.class.getResourceAsStream("page/" + name), name)) {
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
