package dev.idem.testing.memory;

import java.sql.SQLException;

/** Stands before and behind each call of a session, and may break it. */
public interface Interceptor {

    /** Lets every call pass. */
    Interceptor NONE = new Interceptor() {};

    /**
     * Before the call has any effect.
     *
     * @param call {@code connect}, {@code commit}, {@code rollback}, or the beginning of a statement
     * @throws SQLException as if the call had failed without an effect; the session is broken then
     */
    default void before(String call) throws SQLException {}

    /**
     * After the call has had its effect.
     *
     * @throws SQLException as if the answer had been lost; the session is broken then
     */
    default void after(String call) throws SQLException {}
}
