package dev.idem.relation;

import dev.idem.change.Version;

/**
 * A relation message and its place in the history.
 *
 * @param since from where on it is known to hold
 * @param replayed whether its transaction is in the log already, so that the log knows the definition
 */
public record StreamRelation(RelationMessage message, Version since, boolean replayed) {

    /** Another message at the same place. */
    public StreamRelation of(RelationMessage other) {
        return new StreamRelation(other, since, replayed);
    }
}
