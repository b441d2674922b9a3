-- Purpose: tells under which name each replicated table stands in the warehouse, which need not be that of the source.
-- Run by:  Idem itself at its start, as a migration. Every object stands in the schema "idem".
-- Undo:    alter table idem.target drop column target_schema cascade, drop column target_table cascade; then make the view
--          idem.table_state again as V2 has it

alter table idem.target
  add column target_schema text,
  add column target_table text;
update idem.target set target_schema = source_schema, target_table = source_table;
alter table idem.target
  alter column target_schema set not null,
  alter column target_table set not null;
comment on column idem.target.target_table is 'the name of the table in the warehouse, in the schema target_schema';

create or replace view idem.table_state as
select
  coalesce(target.pipeline, parked.pipeline) as pipeline,
  coalesce(target.source_schema, parked.source_schema) as source_schema,
  coalesce(target.source_table, parked.source_table) as source_table,
  case when parked.pipeline is null then 'following' else 'parked' end as state,
  parked.reason,
  parked.since,
  parked.cut as parked_at_cut,
  parked.attempts,
  parked.retry_at,
  target.target_schema,
  target.target_table
from idem.target as target
full join idem.parked as parked using (pipeline, source_schema, source_table);
