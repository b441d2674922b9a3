-- What Idem captures: every table of the database, those to come included, each partitioned table as one.
--
-- Run as a superuser in the source database, as often as you like. Without it Idem makes the publication itself, if its
-- role owns the tables. Name it idem_<idem.name>, or tell its name in source.publication. source.tables and
-- source.exclude choose among what is published.
--
-- Undo:  drop publication idem_idem;

do $$
begin
    if not exists (select from pg_publication where pubname = 'idem_idem') then
        -- From PostgreSQL 18 on updates of tables with generated columns and REPLICA IDENTITY FULL are refused otherwise.
        execute 'create publication idem_idem for all tables'
            ' with (publish = ''insert, update, delete, truncate'', publish_via_partition_root = true'
            || case when current_setting('server_version_num')::integer >= 180000
                then ', publish_generated_columns = stored)' else ')' end;
    end if;
end
$$;
