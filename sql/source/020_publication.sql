-- What Idem captures: every table of the database, each partitioned table as one.
--
-- Run as a superuser in the source database, as often as you like. Without it Idem makes the publication itself, if its
-- role owns the tables. Name it idem_<idem.name>, or tell its name in source.publication. source.tables and
-- source.exclude choose among what is published.
--
-- The tables to come are included where every table has a primary key or a replica identity. One that has neither would
-- refuse updates and deletes once they are published, so its inserts are published by a second publication, and the first
-- one names its tables: run this again for tables that are new, and for those that have got an identity. The second one is
-- made in any case, since it must be older than Idem's slot.
--
-- Undo:  drop publication idem_idem, idem_idem_inserts;

do $$
declare
    -- From PostgreSQL 18 on updates of tables with generated columns and REPLICA IDENTITY FULL are refused otherwise.
    options constant text := ' with (publish = ''insert, update, delete, truncate'', publish_via_partition_root = true'
        || case when current_setting('server_version_num')::integer >= 180000
            then ', publish_generated_columns = stored)' else ')' end;
    whole text[];
    inserts text[];
    moved text;
begin
    select
        coalesce(array_agg(name order by name) filter (where identified), '{}'),
        coalesce(array_agg(name order by name) filter (where not identified), '{}')
    into whole, inserts
    from (
        select
            format('%I.%I', n.nspname, r.relname) as name,
            bool_and(c.relkind <> 'r' or c.relreplident = 'f' and not exists (
                select from pg_attribute a where a.attrelid = c.oid and a.attgenerated = 'v'
            ) or exists (
                select from pg_index i
                where i.indrelid = c.oid and i.indisvalid and i.indimmediate
                    and case c.relreplident
                        when 'd' then i.indisprimary when 'i' then i.indisreplident else false end)) as identified
        from pg_class c
        join pg_class r on r.oid = coalesce(pg_partition_root(c.oid)::oid, c.oid)
        join pg_namespace n on n.oid = r.relnamespace
        where c.relkind in ('r', 'p') and r.relpersistence = 'p'
            and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
        group by 1
    ) as tables;

    if not exists (select from pg_publication where pubname = 'idem_idem_inserts') then
        create publication idem_idem_inserts with (publish = 'insert, truncate', publish_via_partition_root = true);
    end if;
    if not exists (select from pg_publication where pubname = 'idem_idem') then
        execute 'create publication idem_idem'
            || case when cardinality(inserts) = 0 then ' for all tables' else '' end || options;
    end if;
    if exists (select from pg_publication where pubname = 'idem_idem' and puballtables) then
        return;
    end if;
    for moved in
        select format('%I.%I', schemaname, tablename) from pg_publication_tables where pubname = 'idem_idem_inserts'
        intersect select unnest(whole)
    loop
        execute 'alter publication idem_idem_inserts drop table ' || moved;
    end loop;
    for moved in
        select unnest(whole)
        except select format('%I.%I', schemaname, tablename) from pg_publication_tables where pubname = 'idem_idem'
    loop
        execute 'alter publication idem_idem add table ' || moved;
    end loop;
    for moved in
        select unnest(inserts)
        except select format('%I.%I', schemaname, tablename) from pg_publication_tables
            where pubname in ('idem_idem', 'idem_idem_inserts')
    loop
        execute 'alter publication idem_idem_inserts add table ' || moved;
        raise notice 'the inserts of % are published; for all that is written to it: alter table % replica identity full',
            moved, moved;
    end loop;
end
$$;
