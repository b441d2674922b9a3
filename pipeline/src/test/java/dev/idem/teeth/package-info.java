/**
 * Proof that the tests can fail: bugs that an engineer could have written, each kept as a patch, each caught by the
 * test that the patch names.
 *
 * <p>In come the patches in {@code src/test/teeth} and the sources as they are; out goes which bug was caught, and by
 * what. It must not know what the product does: a patch says that itself.
 */
@NullMarked
package dev.idem.teeth;

import org.jspecify.annotations.NullMarked;
