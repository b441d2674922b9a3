package dev.idem.testing;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The fault that the next commit meets, and how many met theirs.
 *
 * <p><i>Threads:</i> thread-safe.
 */
final class CommitFaults {

    private final AtomicReference<@Nullable CommitStage> next = new AtomicReference<>();
    private final AtomicInteger broken = new AtomicInteger();

    void breakNext(CommitStage stage) {
        next.set(stage);
    }

    int broken() {
        return broken.get();
    }

    /** A commit is asked for: the fault that it meets now, if any. */
    Optional<CommitStage> takeForRequest() {
        return take(CommitStage::isOfRequest);
    }

    /** A commit is answered: the fault that the answer meets, if any. */
    Optional<CommitStage> takeForAnswer() {
        return take(stage -> !stage.isOfRequest());
    }

    private Optional<CommitStage> take(Predicate<CommitStage> fits) {
        CommitStage stage = next.get();
        if (stage == null || !fits.test(stage) || !next.compareAndSet(stage, null)) {
            return Optional.empty();
        }
        broken.incrementAndGet();
        return Optional.of(stage);
    }
}
