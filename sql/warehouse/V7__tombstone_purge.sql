-- Purpose: lets the sink forget deletes that the log can no longer undo: notes up to where re-reads lie in the log, and how
--          far each table's deletes are forgotten.
-- Run by:  Idem itself at its start, as a migration. Every object stands in the schema "idem".
-- Undo:    drop table idem.tombstone_purge; alter table idem.target drop column reread_epoch, drop column reread_lsn;
--          alter table idem.progress drop column rereads_noted_by; (what was forgotten stays forgotten)

alter table idem.target
  add column reread_epoch integer not null default 0,
  add column reread_lsn pg_lsn not null default '0/0';
comment on column idem.target.reread_lsn is 'where the stream has passed this position, no row of a re-read that was applied is left behind it in the log';

alter table idem.progress
  add column rereads_noted_by bigint;
comment on column idem.progress.rereads_noted_by is 'the last generation that kept idem.target.reread_lsn; what others have applied is not known to it';

create table idem.tombstone_purge (
  target bigint primary key references idem.target on delete cascade,
  below_epoch integer not null default 0,
  below_lsn pg_lsn not null default '0/0',
  below_seq bigint not null default 0,
  purged bigint not null default 0,
  waits text,
  updated_at timestamp with time zone not null default now()
);
comment on table idem.tombstone_purge is 'how far the deletes that idem.tombstone_<target> remembers are forgotten, because nothing can undo them any more';
comment on column idem.tombstone_purge.below_lsn is 'deletes with a lower version are forgotten';
comment on column idem.tombstone_purge.purged is 'how many deletes were forgotten in all';
comment on column idem.tombstone_purge.waits is 'why the table is left out at present; null where it is not';
