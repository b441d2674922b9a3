-- Lets Idem write an empty message into the WAL now and then, so that a quiet database does not keep the WAL of its busy
-- neighbours from being recycled. No table is needed, and nothing is kept.
--
-- Run as a superuser in the source database, as often as you like. It matters only where execution was revoked from
-- PUBLIC; everywhere else Idem may do this anyhow.
--
-- Undo:  revoke execute on function pg_logical_emit_message(boolean, text, text) from idem;
--        from PostgreSQL 17 on the function has a fourth argument, boolean.

do $$
declare
    emit regprocedure;
begin
    for emit in
        select oid from pg_proc where proname = 'pg_logical_emit_message' and pronamespace = 'pg_catalog'::regnamespace
    loop
        execute format('grant execute on function %s to idem', emit);
    end loop;
end
$$;
