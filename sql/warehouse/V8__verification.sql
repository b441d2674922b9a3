-- Purpose: keeps what comparisons of source and warehouse found, table by table, and those that persons have asked for.
-- Run by:  Idem itself at its start, as a migration. Every object stands in the schema "idem".
-- Undo:    drop table idem.verification; drop table idem.verification_order;

create table idem.verification (
  id bigint generated always as identity primary key,
  pipeline text not null,
  source_schema text not null,
  source_table text not null,
  origin text not null check (origin in ('command', 'request', 'continuous')),
  started_at timestamp with time zone not null,
  finished_at timestamp with time zone not null,
  result text not null check (result in ('equal', 'different', 'repaired', 'behind', 'not compared')),
  share double precision not null,
  rows bigint not null,
  chunks bigint not null,
  missing bigint not null,
  extra bigint not null,
  differing bigint not null,
  incomplete bigint not null,
  moving bigint not null,
  differing_columns text[] not null,
  repaired bigint not null,
  detail text not null
);
create index on idem.verification (pipeline, source_schema, source_table, id);
comment on table idem.verification is 'what comparisons of source and warehouse found; the last 100 of each table are kept';
comment on column idem.verification.origin is 'command: ./idem verify; request: asked for over HTTP; continuous: verify.interval';
comment on column idem.verification.result is 'behind: the pipeline did not come up in time, so what differs may have been on its way';
comment on column idem.verification.share is 'of the table''s chunks that were compared; 1 for all';
comment on column idem.verification.rows is 'of the source, that were compared';
comment on column idem.verification.missing is 'rows that only the source had';
comment on column idem.verification.extra is 'rows that only the warehouse had';
comment on column idem.verification.differing is 'rows with other values';
comment on column idem.verification.incomplete is 'rows of which the warehouse said itself that it lacks values';
comment on column idem.verification.moving is 'rows that were written all the time, and that the warehouse followed';
comment on column idem.verification.repaired is 'rows that differed and were the same in the end';
comment on column idem.verification.detail is 'why the rows were not compared, or which columns the warehouse lacks';

create table idem.verification_order (
  id bigint generated always as identity primary key,
  pipeline text not null,
  source_schema text,
  source_table text,
  repair boolean not null,
  ordered_at timestamp with time zone not null default now(),
  check ((source_schema is null) = (source_table is null))
);
comment on table idem.verification_order is 'comparisons that were asked for and are not done; without a table: of all';
