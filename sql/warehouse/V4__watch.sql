-- Purpose: says which sink is the writer and lives, what persons have asked for (pauses, tables to be read anew), and which
--          requests of the HTTP interface were answered, so that one that is sent again starts nothing again.
-- Run by:  Idem itself at its start, as a migration. Every object stands in the schema "idem".
-- Undo:    drop table idem.writer_lease; drop table idem.paused; drop table idem.paused_table; drop table idem.resync_order;
--          drop table idem.request; update idem.parked set retry_at = now() where retry_at = 'infinity';

create table idem.writer_lease (
  pipeline text primary key,
  writer uuid not null,
  seen_at timestamp with time zone not null default clock_timestamp()
);
comment on table idem.writer_lease is 'the sink that writes; without a row, or when it was not seen for 8 s, one that stands by takes over';
comment on column idem.writer_lease.seen_at is 'the sink that writes sets it every 2 s';

create table idem.paused (
  pipeline text primary key,
  since timestamp with time zone not null default now()
);
comment on table idem.paused is 'pipelines whose sink applies nothing, because a person asked for it; the capture goes on';

create table idem.paused_table (
  pipeline text not null,
  source_schema text not null,
  source_table text not null,
  since timestamp with time zone not null default now(),
  primary key (pipeline, source_schema, source_table)
);
comment on table idem.paused_table is 'tables that wait in the log because a person asked for it: the sink parks them until they are taken out of here';

create table idem.resync_order (
  id bigint generated always as identity primary key,
  pipeline text not null,
  source_schema text not null,
  source_table text not null,
  ordered_at timestamp with time zone not null default now()
);
comment on table idem.resync_order is 'tables to be read anew, until that is asked of the capture by way of the log';

create table idem.request (
  pipeline text not null,
  idempotency_key text not null,
  fingerprint text not null,
  status integer not null,
  answer jsonb not null,
  created_at timestamp with time zone not null default now(),
  primary key (pipeline, idempotency_key)
);
comment on table idem.request is 'requests that were answered, each written in the transaction of what it did; kept for 7 days';
comment on column idem.request.fingerprint is 'SHA-256 of method, path and body: the same key with another request is refused';
