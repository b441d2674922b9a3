-- Purpose: remembers replays, so that one that was ended in the middle goes on where it was.
-- Run by:  Idem itself at its start, as a migration. Every object stands in the schema "idem".
-- Undo:    drop table idem.replay_table; drop table idem.replay; (with no replay going on)

create table idem.replay (
  id bigint generated always as identity primary key,
  pipeline text not null,
  request text not null,
  state text not null default 'running' check (state in ('running', 'done', 'cancelled')),
  from_cut bigint not null,
  to_cut bigint not null,
  events bigint not null,
  seen bigint not null default 0,
  log_offset bigint not null,
  partly jsonb not null default '{}',
  started_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now()
);
comment on table idem.replay is 'replays: events of the log that are applied once more, beside the stream';
comment on column idem.replay.state is 'running: going on, or ended in the middle and to be resumed; a replay of another process stops once it is cancelled';
comment on column idem.replay.events is 'how many events there are to read';
comment on column idem.replay.log_offset is 'the offset of the next cut, in the topic <pipeline>.progress; it moves in the transaction of the data';
comment on column idem.replay.partly is 'by topic and partition the offset up to which that cut has been read';

create table idem.replay_table (
  replay bigint not null references idem.replay on delete cascade,
  source_schema text not null,
  source_table text not null,
  seen bigint not null default 0,
  changed bigint not null default 0,
  refused bigint not null default 0,
  left_out text,
  primary key (replay, source_schema, source_table)
);
comment on table idem.replay_table is 'what came of each table of a replay';
comment on column idem.replay_table.seen is 'events read';
comment on column idem.replay_table.changed is 'rows of the warehouse that were changed';
comment on column idem.replay_table.refused is 'events that the warehouse refused';
comment on column idem.replay_table.left_out is 'why the table is left out; null where it is not';
