-- Purpose: what Idem keeps in the warehouse besides the replicated tables: how far it has come, which tables it
--          follows, what it set aside, and the functions that its guarded statements call.
-- Run by:  Idem itself at its start, as a migration. Every object stands in the schema "idem".
-- Undo:    drop schema idem cascade; (the positions are gone then, and the next start must begin anew)

create table idem.progress (
  pipeline text primary key,
  generation bigint not null default 0,
  writer uuid,
  epoch integer not null default 0,
  commit_lsn pg_lsn not null default '0/0',
  commit_ts timestamp with time zone,
  cut bigint not null default 0,
  log_offset bigint not null default 0,
  consistent boolean not null default false,
  events bigint not null default 0,
  applied_at timestamp with time zone not null default now()
);
comment on table idem.progress is 'one row a pipeline: the position in the log, written in the transaction of the data';
comment on column idem.progress.generation is 'rises with each writer that takes over; a writer of an older generation cannot commit';
comment on column idem.progress.commit_lsn is 'the replicated tables equal the source as of this commit, where consistent is true';
comment on column idem.progress.writer is 'the sink of that generation, by a name that it gave itself at its start';
comment on column idem.progress.log_offset is 'the offset of the next record of the topic <pipeline>.progress';
comment on column idem.progress.consistent is 'false while a snapshot is incomplete';

create table idem.target (
  id bigint generated always as identity primary key,
  pipeline text not null,
  source_schema text not null,
  source_table text not null,
  definition integer not null,
  definition_json jsonb not null,
  floor_epoch integer not null default 0,
  floor_lsn pg_lsn not null default '0/0',
  floor_seq bigint not null default 0,
  created_at timestamp with time zone not null default now(),
  unique (pipeline, source_schema, source_table)
);
comment on table idem.target is 'the replicated tables; idem.tombstone_<id> remembers the deletes of each';
comment on column idem.target.floor_lsn is 'rows with a lower version do not exist: a truncate, or the end of a snapshot';

create table idem.dead_letter (
  id bigint generated always as identity primary key,
  pipeline text not null,
  topic text not null,
  partition integer not null,
  log_offset bigint not null,
  source_schema text,
  source_table text,
  version text,
  reason text not null,
  created_at timestamp with time zone not null default now(),
  unique (pipeline, topic, partition, log_offset)
);
comment on table idem.dead_letter is 'events that could not be applied, once each, with the place in the log where they stand';

-- A version as one text that sorts as the version does: epoch, LSN, ordinal in fixed widths.
create function idem.version_text(epoch integer, lsn pg_lsn, seq bigint) returns text
language sql immutable strict parallel safe
as $$
  select lpad(to_hex(epoch), 8, '0')
    || '.' || lpad(split_part(lsn::text, '/', 1), 8, '0') || lpad(split_part(lsn::text, '/', 2), 8, '0')
    || '.' || lpad(to_hex(seq), 16, '0')
$$;

-- The columns that no change has carried yet; null where there are none.
create function idem.missing_columns(carried jsonb) returns text[]
language sql immutable strict parallel safe
as $$
  select array_agg(entry.key order by entry.key)
  from jsonb_each_text(carried) as entry
  where entry.value = ''
$$;

-- True where a row with these carriers and this version has a column that is newer than what the other row has.
create function idem.carries_newer(carried jsonb, row_version text, other jsonb) returns boolean
language sql immutable parallel safe
as $$
  select other is not null and exists (
    select
    from jsonb_each_text(other) as entry
    where coalesce(carried ->> entry.key, row_version) collate "C" > entry.value collate "C"
  )
$$;

-- True where one of the columns was carried by a change older than the bound.
create function idem.carries_below(carried jsonb, bound text) returns boolean
language sql immutable strict parallel safe
as $$
  select exists (
    select
    from jsonb_each_text(carried) as entry
    where entry.value <> '' and entry.value collate "C" < bound collate "C"
  )
$$;

-- The carriers with those older than the bound taken out.
create function idem.carried_from(carried jsonb, bound text) returns jsonb
language sql immutable strict parallel safe
as $$
  select jsonb_object_agg(
    entry.key,
    case when entry.value collate "C" < bound collate "C" then '' else entry.value end
  )
  from jsonb_each_text(carried) as entry
$$;
