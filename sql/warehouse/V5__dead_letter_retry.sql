-- Purpose: lets dead letters be tried again after a repair, where somebody asks for it.
-- Run by:  Idem itself at its start, as a migration. Every object stands in the schema "idem".
-- Undo:    alter table idem.dead_letter drop column attempts, drop column retry_requested_at;

alter table idem.dead_letter
  add column attempts integer not null default 1,
  add column retry_requested_at timestamp with time zone;
comment on column idem.dead_letter.attempts is 'how often the event was refused';
comment on column idem.dead_letter.retry_requested_at is 'when somebody asked to try it again; null where nobody waits for that';
