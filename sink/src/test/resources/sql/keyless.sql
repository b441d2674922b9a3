-- create
create table "public"."heap" (
  "id" bigint not null,
  "ex'tra" text,
  _idem_epoch integer not null,
  _idem_lsn pg_lsn not null,
  _idem_seq bigint not null,
  _idem_synced_at timestamp with time zone not null,
  _idem_carried jsonb,
  _idem_missing text[],
  unique (_idem_epoch, _idem_lsn, _idem_seq)
);

-- create tombstones
create table idem.tombstone_9 (
  _idem_epoch integer not null,
  _idem_lsn pg_lsn not null,
  _idem_seq bigint not null,
  removed_epoch integer not null,
  removed_lsn pg_lsn not null,
  removed_seq bigint not null,
  primary key (_idem_epoch, _idem_lsn, _idem_seq),
  unique (removed_epoch, removed_lsn, removed_seq)
);

-- add metadata
alter table "public"."heap"
  add column if not exists _idem_epoch integer not null,
  add column if not exists _idem_lsn pg_lsn not null,
  add column if not exists _idem_seq bigint not null,
  add column if not exists _idem_synced_at timestamp with time zone not null,
  add column if not exists _idem_carried jsonb,
  add column if not exists _idem_missing text[];

-- create identity
create unique index on "public"."heap" (_idem_epoch, _idem_lsn, _idem_seq);

-- add identity
alter table "public"."heap" add unique (_idem_epoch, _idem_lsn, _idem_seq);

-- identity
_idem_epoch, _idem_lsn, _idem_seq;

-- drop tombstones
drop table idem.tombstone_9;

-- purge
delete from idem.tombstone_9 as tombstone
where tombstone.ctid >= ?::tid
  and tombstone.ctid < ?::tid
  and (tombstone.removed_epoch, tombstone.removed_lsn, tombstone.removed_seq) < (?::integer, ?::pg_lsn, ?::bigint);

-- insert
insert into "public"."heap" as target ("id", "ex'tra", _idem_epoch, _idem_lsn, _idem_seq, _idem_synced_at)
select
  "id", "ex'tra", _idem_epoch, _idem_lsn, _idem_seq,
  now()
from (
select
  c0::bigint as "id",
  c1::text as "ex'tra",
  _idem_epoch,
  _idem_lsn::pg_lsn as _idem_lsn,
  _idem_seq
from unnest(?::text[], ?::text[], ?::integer[], ?::text[], ?::bigint[])
  as bound (c0, c1, _idem_epoch, _idem_lsn, _idem_seq)
) as change
on conflict (_idem_epoch, _idem_lsn, _idem_seq) do nothing;

-- insert again
insert into "public"."heap" as target ("id", "ex'tra", _idem_epoch, _idem_lsn, _idem_seq, _idem_synced_at)
select
  "id", "ex'tra", _idem_epoch, _idem_lsn, _idem_seq,
  now()
from (
select
  c0::bigint as "id",
  c1::text as "ex'tra",
  _idem_epoch,
  _idem_lsn::pg_lsn as _idem_lsn,
  _idem_seq
from unnest(?::text[], ?::text[], ?::integer[], ?::text[], ?::bigint[])
  as bound (c0, c1, _idem_epoch, _idem_lsn, _idem_seq)
) as change
where not exists (
  select
  from idem.tombstone_9 as tombstone
  where (tombstone._idem_epoch, tombstone._idem_lsn, tombstone._idem_seq) = (change._idem_epoch, change._idem_lsn, change._idem_seq)
)
on conflict (_idem_epoch, _idem_lsn, _idem_seq) do nothing;

-- remove
with change as (
  select ?::integer as epoch, ?::pg_lsn as lsn, ?::bigint as seq
), victim as (
  select target.ctid as place, change.epoch, change.lsn, change.seq
  from "public"."heap" as target
  cross join change
  where (target._idem_epoch, target._idem_lsn, target._idem_seq) < (change.epoch, change.lsn, change.seq)
    and not exists (
      select
      from idem.tombstone_9 as tombstone
      where (tombstone.removed_epoch, tombstone.removed_lsn, tombstone.removed_seq)
        = (change.epoch, change.lsn, change.seq)
    )
    and format('%L', target."id") = format('%L', ?::text::bigint)
    and format('%L', target."ex'tra") = format('%L', ?::text::text)
  order by (target._idem_epoch, target._idem_lsn, target._idem_seq) desc
  limit 1
), removed as (
  delete from "public"."heap" as target
  using victim
  where target.ctid = victim.place
  returning target._idem_epoch, target._idem_lsn, target._idem_seq, victim.epoch, victim.lsn, victim.seq
)
insert into idem.tombstone_9 (_idem_epoch, _idem_lsn, _idem_seq, removed_epoch, removed_lsn, removed_seq)
select * from removed;

-- below floor
delete from "public"."heap" as target
where (target._idem_epoch, target._idem_lsn, target._idem_seq) < (?::integer, ?::pg_lsn, ?::bigint);

-- number rows
update "public"."heap" as target set _idem_seq = numbered.place
from (
  select
    ctid as row,
    row_number() over (partition by _idem_epoch, _idem_lsn order by _idem_seq) as place
  from "public"."heap"
) as numbered
where target.ctid = numbered.row;

-- has identity
select exists (select from pg_index i where i.indrelid = to_regclass(?)
  and i.indisunique
  and i.indpred is null
  and i.indnkeyatts = (select count(*) from unnest(i.indkey::int2[]) as k (number) where k.number <> 0)
    - (i.indnatts - i.indnkeyatts)
  and (
    select array_agg(a.attname::text order by a.attname::text collate "C")
    from unnest(i.indkey::int2[]) with ordinality as k (number, place)
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number
    where k.place <= i.indnkeyatts
  ) = ?::text[]
  and i.indimmediate and i.indisvalid and not i.indisexclusion);

-- drops of identity
select case
    when c.oid is null then format('drop index %I.%I', n.nspname, x.relname)
    else format('alter table %s drop constraint %I', i.indrelid::regclass, c.conname)
  end
from pg_index i
join pg_class x on x.oid = i.indexrelid
join pg_namespace n on n.oid = x.relnamespace
left join pg_constraint c on c.conindid = i.indexrelid and c.contype in ('p', 'u')
where i.indrelid = to_regclass(?)
  and i.indisunique
  and i.indpred is null
  and i.indnkeyatts = (select count(*) from unnest(i.indkey::int2[]) as k (number) where k.number <> 0)
    - (i.indnatts - i.indnkeyatts)
  and (
    select array_agg(a.attname::text order by a.attname::text collate "C")
    from unnest(i.indkey::int2[]) with ordinality as k (number, place)
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number
    where k.place <= i.indnkeyatts
  ) = ?::text[]
order by 1;
