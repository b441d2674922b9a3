-- Tells Idem, in the WAL, the exact columns of a table after each change of its definition, so that Idem never has to
-- conclude which column is which from names and order alone, and reads tables anew less often. Idem works without it.
--
-- Run as a superuser in the source database, PostgreSQL 14 or later, as often as you like. (PostgreSQL 13 runs it, but
-- does not stream what it writes.) Nothing is kept; a statement that changes a table writes one message more.
--
-- Undo:  drop event trigger idem_schema_changes; drop schema idem_source cascade;

create schema if not exists idem_source;

create or replace function idem_source.tell_of_columns() returns event_trigger
language plpgsql security definer set search_path = pg_catalog
as $$
declare
    told record;
begin
    for told in
        select distinct on (c.oid) c.oid, (
            select json_build_object('relation', c.oid::bigint, 'columns', coalesce(json_agg(
                json_build_object(
                    'number', a.attnum, 'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod))
                order by a.attnum), '[]'))
            from pg_attribute a
            where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
        from pg_event_trigger_ddl_commands() as command
        join pg_class c on c.oid = command.objid
        where command.classid = 'pg_class'::regclass and c.relkind in ('r', 'p') and c.relpersistence = 'p'
    loop
        perform pg_logical_emit_message(true, 'idem.columns', told.columns::text);
    end loop;
end
$$;

drop event trigger if exists idem_schema_changes;
create event trigger idem_schema_changes
    on ddl_command_end
    when tag in ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'ALTER TABLE')
    execute function idem_source.tell_of_columns();
