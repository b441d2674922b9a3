-- Purpose: tells which tables could not go on and wait in the log while the others follow, and which tables hold rows of
--          a re-read that are ahead of the stream.
-- Run by:  Idem itself at its start, as a migration. Every object stands in the schema "idem".
-- Undo:    drop view idem.table_state; drop table idem.parked; alter table idem.target drop column ahead_epoch,
--          drop column ahead_lsn; (a parked table's events are lost to the warehouse then: take a new snapshot)

create table idem.parked (
  pipeline text not null,
  source_schema text not null,
  source_table text not null,
  cut bigint not null,
  log_offset bigint not null,
  reason text not null,
  since timestamp with time zone not null default now(),
  attempts integer not null default 0,
  retry_at timestamp with time zone not null,
  primary key (pipeline, source_schema, source_table)
);
comment on table idem.parked is 'tables that could not go on: as of cut they equal the source, and their later events wait in the log';
comment on column idem.parked.cut is 'the last cut that the table has; it misses those after it';
comment on column idem.parked.log_offset is 'the offset of the next cut, in the topic <pipeline>.progress, that the table reads';
comment on column idem.parked.reason is 'what failed, without values';
comment on column idem.parked.retry_at is 'when it is tried again; ./idem resume sets it to now';

alter table idem.target
  add column ahead_epoch integer not null default 0,
  add column ahead_lsn pg_lsn not null default '0/0';
comment on column idem.target.ahead_lsn is 'rows up to this position may have come ahead of the stream, by a re-read';

create view idem.table_state as
select
  coalesce(target.pipeline, parked.pipeline) as pipeline,
  coalesce(target.source_schema, parked.source_schema) as source_schema,
  coalesce(target.source_table, parked.source_table) as source_table,
  case when parked.pipeline is null then 'following' else 'parked' end as state,
  parked.reason,
  parked.since,
  parked.cut as parked_at_cut,
  parked.attempts,
  parked.retry_at
from idem.target as target
full join idem.parked as parked using (pipeline, source_schema, source_table);
comment on view idem.table_state is 'the tables by pipeline; those that follow equal the source as of idem.progress.commit_lsn';

comment on column idem.progress.commit_lsn is 'the replicated tables, except those that idem.parked names, equal the source as of this commit, where consistent is true';
