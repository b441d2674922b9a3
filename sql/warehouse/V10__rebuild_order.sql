-- Purpose: keeps the rebuilds that persons have asked for over HTTP, so that the running process carries each out once.
-- Run by:  Idem itself at its start, as a migration. Every object stands in the schema "idem".
-- Undo:    drop table idem.rebuild_table; drop table idem.rebuild; (with no rebuild going on)

create table idem.rebuild (
  id bigint generated always as identity primary key,
  pipeline text not null,
  dry_run boolean not null,
  state text not null default 'running' check (state in ('running', 'done', 'cancelled', 'failed')),
  reason text,
  started_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now()
);
comment on table idem.rebuild is 'rebuilds: tables that are derived afresh from the log, one after the other, by the process whose sink writes';
comment on column idem.rebuild.dry_run is 'counts what would change, and changes nothing';
comment on column idem.rebuild.state is 'running: going on, or ended in the middle and to be gone on with; failed: it cannot be carried out, reason says why';
comment on column idem.rebuild.reason is 'why it failed, or why it waits at present, without values; null where neither is so';

create table idem.rebuild_table (
  rebuild bigint not null references idem.rebuild on delete cascade,
  place int not null,
  source_schema text not null,
  source_table text not null,
  records bigint not null default 0,
  seen bigint not null default 0,
  from_cut bigint,
  to_cut bigint,
  row_count bigint,
  extra bigint,
  differing bigint,
  missing bigint,
  deletes bigint,
  primary key (rebuild, source_schema, source_table)
);
comment on table idem.rebuild_table is 'what came of each table of a rebuild; it is written in the transaction that brings the table to the content of its shadow';
comment on column idem.rebuild_table.place is 'the order in which the tables are rebuilt, from 1';
comment on column idem.rebuild_table.records is 'how many records of the log there are to read';
comment on column idem.rebuild_table.seen is 'events read';
comment on column idem.rebuild_table.to_cut is 'the table is as of that cut; null, as the numbers that follow, until it was rebuilt';
comment on column idem.rebuild_table.extra is 'rows that the table had and should not have';
comment on column idem.rebuild_table.differing is 'rows that were not what they should be';
comment on column idem.rebuild_table.missing is 'rows that it lacked';
comment on column idem.rebuild_table.deletes is 'how many deletes are remembered';
