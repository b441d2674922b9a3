package dev.idem.config;

import java.nio.file.Path;

/**
 * The files by which a server proves who it is, both in PEM.
 *
 * @param certificate the server's certificate, and behind it those of the authorities between
 * @param key its private key, not encrypted
 */
public record TlsFiles(Path certificate, Path key) {}
