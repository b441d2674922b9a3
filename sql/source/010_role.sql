-- The role that Idem reads the source with: it may log in, replicate and read every table, and write nothing.
--
-- Run as a superuser in the source database, as often as you like. The role has no password yet: give it one
-- with  \password idem  in psql, and the same to Idem in source.password or IDEM_SOURCE_PASSWORD.
-- Managed services have no superuser: there  grant rds_replication to idem  (RDS, Aurora), or
-- alter role idem with replication  as the service's administrator (Cloud SQL, Azure), takes the place of REPLICATION.
--
-- Undo:  drop owned by idem; drop role idem;

do $$
begin
    if not exists (select from pg_roles where rolname = 'idem') then
        create role idem;
    end if;
    alter role idem with login replication;
    execute format('grant connect on database %I to idem', current_database());
    if current_setting('server_version_num')::int >= 140000 then
        grant pg_read_all_data to idem;
    end if;
end
$$;

-- PostgreSQL 13 has no pg_read_all_data: the tables that there are, and those that the running role makes later.
do $$
declare
    name name;
begin
    if current_setting('server_version_num')::int >= 140000 then
        return;
    end if;
    for name in
        select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'
    loop
        execute format('grant usage on schema %I to idem', name);
        execute format('grant select on all tables in schema %I to idem', name);
        execute format('alter default privileges in schema %I grant select on tables to idem', name);
    end loop;
end
$$;
