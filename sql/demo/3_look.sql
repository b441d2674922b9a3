-- Purpose: what to look at while `./idem demo --keep-running` runs.
-- Run by:  hand, on the warehouse; all of it only reads.
-- Undo:    nothing to undo.

-- How far the warehouse is: the position stands in the transaction of the data.
select commit_lsn, commit_ts, cut, generation, events
from idem.progress;

-- Each row carries the version of the change that made it: epoch, commit LSN, ordinal in the transaction.
select id, status, total, _idem_epoch, _idem_lsn, _idem_seq, _idem_synced_at
from shop.orders
order by _idem_epoch desc, _idem_lsn desc, _idem_seq desc
limit 10;

-- Orders are cancelled all the time. What is deleted is remembered with its version, so that no replay brings it back:
-- the table idem.tombstone_<id>, where id is this one.
select id, source_schema, source_table, floor_lsn
from idem.target
order by source_schema, source_table;

-- Money moves between two tables and is never seen half way.
select
  (select sum(balance) from shop.customers) + (select sum(balance) from shop.tills) as never_changes;
