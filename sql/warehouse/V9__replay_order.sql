-- Purpose: keeps the replays that persons have asked for over HTTP, so that the running process carries each out once.
-- Run by:  Idem itself at its start, as a migration. Every object stands in the schema "idem".
-- Undo:    drop table idem.replay_order; update idem.replay set state = 'cancelled' where state = 'failed';
--          alter table idem.replay drop constraint replay_state_check,
--            add constraint replay_state_check check (state in ('running', 'done', 'cancelled'));

alter table idem.replay
  drop constraint replay_state_check,
  add constraint replay_state_check check (state in ('running', 'done', 'cancelled', 'failed'));
comment on column idem.replay.state is 'running: going on, or ended in the middle and to be resumed; failed: it cannot be carried out, idem.replay_order says why; a replay of another process stops once it is cancelled';

create table idem.replay_order (
  replay bigint primary key references idem.replay on delete cascade,
  dry_run boolean not null,
  events_per_second bigint check (events_per_second > 0),
  failure text
);
comment on table idem.replay_order is 'replays that the process whose sink writes carries out, one after the other, until they are at their end';
comment on column idem.replay_order.dry_run is 'counts what would change, and changes nothing';
comment on column idem.replay_order.events_per_second is 'how fast at the most; null for as fast as can be';
comment on column idem.replay_order.failure is 'why it failed, without values; null where it did not';
