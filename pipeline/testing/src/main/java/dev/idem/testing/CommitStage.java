package dev.idem.testing;

/** Where in the exchange over a commit a connection breaks. */
public enum CommitStage {
    /** The client has asked for it, and nothing of that reaches the server. */
    NOT_SENT,
    /** A part of the request reaches the server. */
    SENT_IN_PART,
    /** The request reaches the server, and both ends break at once: whether it happens is open. */
    SENT,
    /** It has happened, and the client hears nothing of that. */
    ANSWER_LOST,
    /** It has happened, and the client gets a part of the answer. */
    ANSWER_CUT;

    /** Whether it breaks before the server has answered. */
    boolean isOfRequest() {
        return compareTo(SENT) <= 0;
    }
}
