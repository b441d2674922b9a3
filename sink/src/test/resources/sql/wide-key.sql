-- create
create table "a.b"."No""tes" (
  "small" integer not null,
  "code" public.citext collate public.ci not null,
  "kind" public.kind not null,
  _idem_epoch integer not null,
  _idem_lsn pg_lsn not null,
  _idem_seq bigint not null,
  _idem_synced_at timestamp with time zone not null,
  _idem_carried jsonb,
  _idem_missing text[],
  primary key ("kind", "code")
);

-- create tombstones
create table idem.tombstone_8 (
  "kind" public.kind,
  "code" public.citext collate public.ci,
  _idem_epoch integer not null,
  _idem_lsn pg_lsn not null,
  _idem_seq bigint not null,
  primary key ("kind", "code")
);

-- add metadata
alter table "a.b"."No""tes"
  add column if not exists _idem_epoch integer not null,
  add column if not exists _idem_lsn pg_lsn not null,
  add column if not exists _idem_seq bigint not null,
  add column if not exists _idem_synced_at timestamp with time zone not null,
  add column if not exists _idem_carried jsonb,
  add column if not exists _idem_missing text[];

-- create identity
create unique index on "a.b"."No""tes" ("kind", "code");

-- add identity
alter table "a.b"."No""tes" add primary key ("kind", "code");

-- identity
code, kind;

-- drop tombstones
drop table idem.tombstone_8;

-- purge
delete from idem.tombstone_8 as tombstone
where tombstone.ctid >= ?::tid
  and tombstone.ctid < ?::tid
  and (tombstone._idem_epoch, tombstone._idem_lsn, tombstone._idem_seq) < (?::integer, ?::pg_lsn, ?::bigint);

-- complete rows
insert into "a.b"."No""tes" as target ("small", "code", "kind", _idem_epoch, _idem_lsn, _idem_seq, _idem_synced_at)
select
  change."small",
  change."code",
  change."kind",
  _idem_epoch, _idem_lsn, _idem_seq,
  now()
from (
select
  c0::integer as "small",
  c1::public.citext as "code",
  c2::public.kind as "kind",
  _idem_epoch,
  _idem_lsn::pg_lsn as _idem_lsn,
  _idem_seq
from unnest(?::text[], ?::text[], ?::text[], ?::integer[], ?::text[], ?::bigint[])
  as bound (c0, c1, c2, _idem_epoch, _idem_lsn, _idem_seq)
) as change
order by "kind", "code"
on conflict ("kind", "code") do update set
  "small" = excluded."small",
  _idem_epoch = excluded._idem_epoch,
  _idem_lsn = excluded._idem_lsn,
  _idem_seq = excluded._idem_seq,
  _idem_synced_at = excluded._idem_synced_at,
  _idem_carried = null,
  _idem_missing = null
where (target._idem_epoch, target._idem_lsn, target._idem_seq) < (excluded._idem_epoch, excluded._idem_lsn, excluded._idem_seq);

-- partial rows
insert into "a.b"."No""tes" as target ("small", "code", "kind", _idem_epoch, _idem_lsn, _idem_seq, _idem_synced_at, _idem_carried, _idem_missing)
select
  change."small",
  change."code",
  change."kind",
  _idem_epoch, _idem_lsn, _idem_seq,
  now(),
  carried::jsonb,
  idem.missing_columns(carried::jsonb)
from (
select
  c0::integer as "small",
  c1::public.citext as "code",
  c2::public.kind as "kind",
  _idem_epoch,
  _idem_lsn::pg_lsn as _idem_lsn,
  _idem_seq,
  carried
from unnest(?::text[], ?::text[], ?::text[], ?::integer[], ?::text[], ?::bigint[], ?::text[])
  as bound (c0, c1, c2, _idem_epoch, _idem_lsn, _idem_seq, carried)
) as change
order by "kind", "code"
on conflict ("kind", "code") do update set ("small", _idem_epoch, _idem_lsn, _idem_seq, _idem_synced_at, _idem_carried, _idem_missing) = (
  select
    case when (coalesce(excluded._idem_carried ->> 'small', version.theirs) collate "C") > (coalesce(target._idem_carried ->> 'small', version.mine) collate "C") then excluded."small" else target."small" end,
    case when version.theirs collate "C" > version.mine collate "C" then excluded._idem_epoch else target._idem_epoch end,
    case when version.theirs collate "C" > version.mine collate "C" then excluded._idem_lsn else target._idem_lsn end,
    case when version.theirs collate "C" > version.mine collate "C" then excluded._idem_seq else target._idem_seq end,
    now(),
    merged.carried,
    idem.missing_columns(merged.carried)
  from (
    select
      idem.version_text(target._idem_epoch, target._idem_lsn, target._idem_seq) as mine,
      idem.version_text(excluded._idem_epoch, excluded._idem_lsn, excluded._idem_seq) as theirs
  ) as version
  cross join lateral (
    select nullif(jsonb_strip_nulls(jsonb_build_object(
        'small', nullif(greatest((coalesce(excluded._idem_carried ->> 'small', version.theirs) collate "C"), (coalesce(target._idem_carried ->> 'small', version.mine) collate "C")), greatest(version.mine collate "C", version.theirs collate "C")))), '{}') as carried
  ) as merged
)
where (target._idem_epoch, target._idem_lsn, target._idem_seq) < (excluded._idem_epoch, excluded._idem_lsn, excluded._idem_seq)
  or idem.carries_newer(
    excluded._idem_carried,
    idem.version_text(excluded._idem_epoch, excluded._idem_lsn, excluded._idem_seq),
    target._idem_carried
  );

-- partial rows again
insert into "a.b"."No""tes" as target ("small", "code", "kind", _idem_epoch, _idem_lsn, _idem_seq, _idem_synced_at, _idem_carried, _idem_missing)
select
  change."small",
  change."code",
  change."kind",
  _idem_epoch, _idem_lsn, _idem_seq,
  now(),
  carried::jsonb,
  idem.missing_columns(carried::jsonb)
from (
select
  c0::integer as "small",
  c1::public.citext as "code",
  c2::public.kind as "kind",
  _idem_epoch,
  _idem_lsn::pg_lsn as _idem_lsn,
  _idem_seq,
  carried
from unnest(?::text[], ?::text[], ?::text[], ?::integer[], ?::text[], ?::bigint[], ?::text[])
  as bound (c0, c1, c2, _idem_epoch, _idem_lsn, _idem_seq, carried)
) as change
where not exists (
  select
  from idem.tombstone_8 as tombstone
  where tombstone."kind"::public.size = change."kind"::public.size
  and tombstone."code" = change."code"
    and (tombstone._idem_epoch, tombstone._idem_lsn, tombstone._idem_seq) > (change._idem_epoch, change._idem_lsn, change._idem_seq)
)
order by "kind", "code"
on conflict ("kind", "code") do update set ("small", _idem_epoch, _idem_lsn, _idem_seq, _idem_synced_at, _idem_carried, _idem_missing) = (
  select
    case when (coalesce(excluded._idem_carried ->> 'small', version.theirs) collate "C") > (coalesce(target._idem_carried ->> 'small', version.mine) collate "C") then excluded."small" else target."small" end,
    case when version.theirs collate "C" > version.mine collate "C" then excluded._idem_epoch else target._idem_epoch end,
    case when version.theirs collate "C" > version.mine collate "C" then excluded._idem_lsn else target._idem_lsn end,
    case when version.theirs collate "C" > version.mine collate "C" then excluded._idem_seq else target._idem_seq end,
    now(),
    merged.carried,
    idem.missing_columns(merged.carried)
  from (
    select
      idem.version_text(target._idem_epoch, target._idem_lsn, target._idem_seq) as mine,
      idem.version_text(excluded._idem_epoch, excluded._idem_lsn, excluded._idem_seq) as theirs
  ) as version
  cross join lateral (
    select nullif(jsonb_strip_nulls(jsonb_build_object(
        'small', nullif(greatest((coalesce(excluded._idem_carried ->> 'small', version.theirs) collate "C"), (coalesce(target._idem_carried ->> 'small', version.mine) collate "C")), greatest(version.mine collate "C", version.theirs collate "C")))), '{}') as carried
  ) as merged
)
where (target._idem_epoch, target._idem_lsn, target._idem_seq) < (excluded._idem_epoch, excluded._idem_lsn, excluded._idem_seq)
  or idem.carries_newer(
    excluded._idem_carried,
    idem.version_text(excluded._idem_epoch, excluded._idem_lsn, excluded._idem_seq),
    target._idem_carried
  );

-- delete by key
with change as (
select
  c0::public.kind as "kind",
  c1::public.citext as "code",
  _idem_epoch,
  _idem_lsn::pg_lsn as _idem_lsn,
  _idem_seq
from unnest(?::text[], ?::text[], ?::integer[], ?::text[], ?::bigint[])
  as bound (c0, c1, _idem_epoch, _idem_lsn, _idem_seq)
), remembered as (
  insert into idem.tombstone_8 as tombstone ("kind", "code", _idem_epoch, _idem_lsn, _idem_seq)
  select
    "kind", "code",
    _idem_epoch, _idem_lsn, _idem_seq
  from change
  on conflict ("kind", "code") do update set
    _idem_epoch = excluded._idem_epoch,
    _idem_lsn = excluded._idem_lsn,
    _idem_seq = excluded._idem_seq
  where (tombstone._idem_epoch, tombstone._idem_lsn, tombstone._idem_seq) < (excluded._idem_epoch, excluded._idem_lsn, excluded._idem_seq)
)
delete from "a.b"."No""tes" as target
using change
where target."kind"::public.size = change."kind"::public.size
  and target."code" = change."code"
  and (target._idem_epoch, target._idem_lsn, target._idem_seq) < (change._idem_epoch, change._idem_lsn, change._idem_seq);

-- take out
with change as (
select
  c0::public.kind as "kind",
  c1::public.citext as "code",
  _idem_epoch,
  _idem_lsn::pg_lsn as _idem_lsn,
  _idem_seq
from unnest(?::text[], ?::text[], ?::integer[], ?::text[], ?::bigint[])
  as bound (c0, c1, _idem_epoch, _idem_lsn, _idem_seq)
)
delete from "a.b"."No""tes" as target
using change
where target."kind"::public.size = change."kind"::public.size
  and target."code" = change."code"
  and (target._idem_epoch, target._idem_lsn, target._idem_seq) < (change._idem_epoch, change._idem_lsn, change._idem_seq);

-- forget earlier life
with change as (
select
  c0::public.kind as "kind",
  c1::public.citext as "code",
  _idem_epoch,
  _idem_lsn::pg_lsn as _idem_lsn,
  _idem_seq
from unnest(?::text[], ?::text[], ?::integer[], ?::text[], ?::bigint[])
  as bound (c0, c1, _idem_epoch, _idem_lsn, _idem_seq)
)
update "a.b"."No""tes" as target set
  "small" = case when (target._idem_carried ->> 'small') collate "C" < idem.version_text(change._idem_epoch, change._idem_lsn, change._idem_seq) collate "C" then null else target."small" end,
  _idem_carried = idem.carried_from(target._idem_carried, idem.version_text(change._idem_epoch, change._idem_lsn, change._idem_seq)),
  _idem_missing = idem.missing_columns(idem.carried_from(target._idem_carried, idem.version_text(change._idem_epoch, change._idem_lsn, change._idem_seq)))
from change
where target."kind"::public.size = change."kind"::public.size
  and target."code" = change."code"
  and idem.carries_below(target._idem_carried, idem.version_text(change._idem_epoch, change._idem_lsn, change._idem_seq));

-- below floor
delete from "a.b"."No""tes" as target
where (target._idem_epoch, target._idem_lsn, target._idem_seq) < (?::integer, ?::pg_lsn, ?::bigint);

-- forget below floor
with floor as (
  select idem.version_text(?::integer, ?::pg_lsn, ?::bigint) as version
)
update "a.b"."No""tes" as target set
  "small" = case when (target._idem_carried ->> 'small') collate "C" < floor.version collate "C" then null else target."small" end,
  _idem_carried = idem.carried_from(target._idem_carried, floor.version),
  _idem_missing = idem.missing_columns(idem.carried_from(target._idem_carried, floor.version))
from floor
where idem.carries_below(target._idem_carried, floor.version);

-- carry
select
  bound.request,
  target._idem_epoch,
  target._idem_lsn::text,
  target._idem_seq,
  target._idem_carried::text,
  target."small"::text,
  target."code"::text,
  target."kind"::text
from unnest(?::text[], ?::text[], ?::integer[])
  as bound (c0, c1, request)
join "a.b"."No""tes" as target
  on target."kind"::public.size = bound.c0::public.kind::public.size
  and target."code" = bound.c1::public.citext;
