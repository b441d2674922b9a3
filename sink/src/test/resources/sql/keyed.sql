-- create
create table "public"."notes" (
  "id" bigint not null,
  "sum" integer generated always as (small + 1) stored,
  "small" integer not null,
  "bo""dy" character varying(20),
  "ex'tra" text,
  "twice" integer generated always as (small * 2) virtual,
  _idem_epoch integer not null,
  _idem_lsn pg_lsn not null,
  _idem_seq bigint not null,
  _idem_synced_at timestamp with time zone not null,
  _idem_carried jsonb,
  _idem_missing text[],
  primary key ("id")
);

-- create tombstones
create table idem.tombstone_7 (
  "id" bigint,
  _idem_epoch integer not null,
  _idem_lsn pg_lsn not null,
  _idem_seq bigint not null,
  primary key ("id")
);

-- add metadata
alter table "public"."notes"
  add column if not exists _idem_epoch integer not null,
  add column if not exists _idem_lsn pg_lsn not null,
  add column if not exists _idem_seq bigint not null,
  add column if not exists _idem_synced_at timestamp with time zone not null,
  add column if not exists _idem_carried jsonb,
  add column if not exists _idem_missing text[];

-- create identity
create unique index on "public"."notes" ("id");

-- add identity
alter table "public"."notes" add primary key ("id");

-- identity
id;

-- drop tombstones
drop table idem.tombstone_7;

-- purge
delete from idem.tombstone_7 as tombstone
where tombstone.ctid >= ?::tid
  and tombstone.ctid < ?::tid
  and (tombstone._idem_epoch, tombstone._idem_lsn, tombstone._idem_seq) < (?::integer, ?::pg_lsn, ?::bigint);

-- complete rows
insert into "public"."notes" as target ("id", "small", "bo""dy", "ex'tra", _idem_epoch, _idem_lsn, _idem_seq, _idem_synced_at)
select
  change."id",
  change."small",
  change."bo""dy",
  change."ex'tra",
  _idem_epoch, _idem_lsn, _idem_seq,
  now()
from (
select
  c0::bigint as "id",
  c1::integer as "small",
  c2::character varying as "bo""dy",
  c3::text as "ex'tra",
  _idem_epoch,
  _idem_lsn::pg_lsn as _idem_lsn,
  _idem_seq
from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::integer[], ?::text[], ?::bigint[])
  as bound (c0, c1, c2, c3, _idem_epoch, _idem_lsn, _idem_seq)
) as change
order by "id"
on conflict ("id") do update set
  "small" = excluded."small",
  "bo""dy" = excluded."bo""dy",
  "ex'tra" = excluded."ex'tra",
  _idem_epoch = excluded._idem_epoch,
  _idem_lsn = excluded._idem_lsn,
  _idem_seq = excluded._idem_seq,
  _idem_synced_at = excluded._idem_synced_at,
  _idem_carried = null,
  _idem_missing = null
where (target._idem_epoch, target._idem_lsn, target._idem_seq) < (excluded._idem_epoch, excluded._idem_lsn, excluded._idem_seq);

-- partial rows
insert into "public"."notes" as target ("id", "small", "bo""dy", "ex'tra", _idem_epoch, _idem_lsn, _idem_seq, _idem_synced_at, _idem_carried, _idem_missing)
select
  change."id",
  change."small",
  change."bo""dy",
  change."ex'tra",
  _idem_epoch, _idem_lsn, _idem_seq,
  now(),
  carried::jsonb,
  idem.missing_columns(carried::jsonb)
from (
select
  c0::bigint as "id",
  c1::integer as "small",
  c2::character varying as "bo""dy",
  c3::text as "ex'tra",
  _idem_epoch,
  _idem_lsn::pg_lsn as _idem_lsn,
  _idem_seq,
  carried
from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::integer[], ?::text[], ?::bigint[], ?::text[])
  as bound (c0, c1, c2, c3, _idem_epoch, _idem_lsn, _idem_seq, carried)
) as change
order by "id"
on conflict ("id") do update set ("small", "bo""dy", "ex'tra", _idem_epoch, _idem_lsn, _idem_seq, _idem_synced_at, _idem_carried, _idem_missing) = (
  select
    case when (coalesce(excluded._idem_carried ->> 'small', version.theirs) collate "C") > (coalesce(target._idem_carried ->> 'small', version.mine) collate "C") then excluded."small" else target."small" end,
    case when (coalesce(excluded._idem_carried ->> 'bo"dy', version.theirs) collate "C") > (coalesce(target._idem_carried ->> 'bo"dy', version.mine) collate "C") then excluded."bo""dy" else target."bo""dy" end,
    case when (coalesce(excluded._idem_carried ->> 'ex''tra', version.theirs) collate "C") > (coalesce(target._idem_carried ->> 'ex''tra', version.mine) collate "C") then excluded."ex'tra" else target."ex'tra" end,
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
        'small', nullif(greatest((coalesce(excluded._idem_carried ->> 'small', version.theirs) collate "C"), (coalesce(target._idem_carried ->> 'small', version.mine) collate "C")), greatest(version.mine collate "C", version.theirs collate "C")),
        'bo"dy', nullif(greatest((coalesce(excluded._idem_carried ->> 'bo"dy', version.theirs) collate "C"), (coalesce(target._idem_carried ->> 'bo"dy', version.mine) collate "C")), greatest(version.mine collate "C", version.theirs collate "C")),
        'ex''tra', nullif(greatest((coalesce(excluded._idem_carried ->> 'ex''tra', version.theirs) collate "C"), (coalesce(target._idem_carried ->> 'ex''tra', version.mine) collate "C")), greatest(version.mine collate "C", version.theirs collate "C")))), '{}') as carried
  ) as merged
)
where (target._idem_epoch, target._idem_lsn, target._idem_seq) < (excluded._idem_epoch, excluded._idem_lsn, excluded._idem_seq)
  or idem.carries_newer(
    excluded._idem_carried,
    idem.version_text(excluded._idem_epoch, excluded._idem_lsn, excluded._idem_seq),
    target._idem_carried
  );

-- partial rows again
insert into "public"."notes" as target ("id", "small", "bo""dy", "ex'tra", _idem_epoch, _idem_lsn, _idem_seq, _idem_synced_at, _idem_carried, _idem_missing)
select
  change."id",
  change."small",
  change."bo""dy",
  change."ex'tra",
  _idem_epoch, _idem_lsn, _idem_seq,
  now(),
  carried::jsonb,
  idem.missing_columns(carried::jsonb)
from (
select
  c0::bigint as "id",
  c1::integer as "small",
  c2::character varying as "bo""dy",
  c3::text as "ex'tra",
  _idem_epoch,
  _idem_lsn::pg_lsn as _idem_lsn,
  _idem_seq,
  carried
from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::integer[], ?::text[], ?::bigint[], ?::text[])
  as bound (c0, c1, c2, c3, _idem_epoch, _idem_lsn, _idem_seq, carried)
) as change
where not exists (
  select
  from idem.tombstone_7 as tombstone
  where tombstone."id" = change."id"
    and (tombstone._idem_epoch, tombstone._idem_lsn, tombstone._idem_seq) > (change._idem_epoch, change._idem_lsn, change._idem_seq)
)
order by "id"
on conflict ("id") do update set ("small", "bo""dy", "ex'tra", _idem_epoch, _idem_lsn, _idem_seq, _idem_synced_at, _idem_carried, _idem_missing) = (
  select
    case when (coalesce(excluded._idem_carried ->> 'small', version.theirs) collate "C") > (coalesce(target._idem_carried ->> 'small', version.mine) collate "C") then excluded."small" else target."small" end,
    case when (coalesce(excluded._idem_carried ->> 'bo"dy', version.theirs) collate "C") > (coalesce(target._idem_carried ->> 'bo"dy', version.mine) collate "C") then excluded."bo""dy" else target."bo""dy" end,
    case when (coalesce(excluded._idem_carried ->> 'ex''tra', version.theirs) collate "C") > (coalesce(target._idem_carried ->> 'ex''tra', version.mine) collate "C") then excluded."ex'tra" else target."ex'tra" end,
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
        'small', nullif(greatest((coalesce(excluded._idem_carried ->> 'small', version.theirs) collate "C"), (coalesce(target._idem_carried ->> 'small', version.mine) collate "C")), greatest(version.mine collate "C", version.theirs collate "C")),
        'bo"dy', nullif(greatest((coalesce(excluded._idem_carried ->> 'bo"dy', version.theirs) collate "C"), (coalesce(target._idem_carried ->> 'bo"dy', version.mine) collate "C")), greatest(version.mine collate "C", version.theirs collate "C")),
        'ex''tra', nullif(greatest((coalesce(excluded._idem_carried ->> 'ex''tra', version.theirs) collate "C"), (coalesce(target._idem_carried ->> 'ex''tra', version.mine) collate "C")), greatest(version.mine collate "C", version.theirs collate "C")))), '{}') as carried
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
  c0::bigint as "id",
  _idem_epoch,
  _idem_lsn::pg_lsn as _idem_lsn,
  _idem_seq
from unnest(?::text[], ?::integer[], ?::text[], ?::bigint[])
  as bound (c0, _idem_epoch, _idem_lsn, _idem_seq)
), remembered as (
  insert into idem.tombstone_7 as tombstone ("id", _idem_epoch, _idem_lsn, _idem_seq)
  select
    "id",
    _idem_epoch, _idem_lsn, _idem_seq
  from change
  on conflict ("id") do update set
    _idem_epoch = excluded._idem_epoch,
    _idem_lsn = excluded._idem_lsn,
    _idem_seq = excluded._idem_seq
  where (tombstone._idem_epoch, tombstone._idem_lsn, tombstone._idem_seq) < (excluded._idem_epoch, excluded._idem_lsn, excluded._idem_seq)
)
delete from "public"."notes" as target
using change
where target."id" = change."id"
  and (target._idem_epoch, target._idem_lsn, target._idem_seq) < (change._idem_epoch, change._idem_lsn, change._idem_seq);

-- take out
with change as (
select
  c0::bigint as "id",
  _idem_epoch,
  _idem_lsn::pg_lsn as _idem_lsn,
  _idem_seq
from unnest(?::text[], ?::integer[], ?::text[], ?::bigint[])
  as bound (c0, _idem_epoch, _idem_lsn, _idem_seq)
)
delete from "public"."notes" as target
using change
where target."id" = change."id"
  and (target._idem_epoch, target._idem_lsn, target._idem_seq) < (change._idem_epoch, change._idem_lsn, change._idem_seq);

-- forget earlier life
with change as (
select
  c0::bigint as "id",
  _idem_epoch,
  _idem_lsn::pg_lsn as _idem_lsn,
  _idem_seq
from unnest(?::text[], ?::integer[], ?::text[], ?::bigint[])
  as bound (c0, _idem_epoch, _idem_lsn, _idem_seq)
)
update "public"."notes" as target set
  "small" = case when (target._idem_carried ->> 'small') collate "C" < idem.version_text(change._idem_epoch, change._idem_lsn, change._idem_seq) collate "C" then null else target."small" end,
  "bo""dy" = case when (target._idem_carried ->> 'bo"dy') collate "C" < idem.version_text(change._idem_epoch, change._idem_lsn, change._idem_seq) collate "C" then null else target."bo""dy" end,
  "ex'tra" = case when (target._idem_carried ->> 'ex''tra') collate "C" < idem.version_text(change._idem_epoch, change._idem_lsn, change._idem_seq) collate "C" then null else target."ex'tra" end,
  _idem_carried = idem.carried_from(target._idem_carried, idem.version_text(change._idem_epoch, change._idem_lsn, change._idem_seq)),
  _idem_missing = idem.missing_columns(idem.carried_from(target._idem_carried, idem.version_text(change._idem_epoch, change._idem_lsn, change._idem_seq)))
from change
where target."id" = change."id"
  and idem.carries_below(target._idem_carried, idem.version_text(change._idem_epoch, change._idem_lsn, change._idem_seq));

-- below floor
delete from "public"."notes" as target
where (target._idem_epoch, target._idem_lsn, target._idem_seq) < (?::integer, ?::pg_lsn, ?::bigint);

-- forget below floor
with floor as (
  select idem.version_text(?::integer, ?::pg_lsn, ?::bigint) as version
)
update "public"."notes" as target set
  "small" = case when (target._idem_carried ->> 'small') collate "C" < floor.version collate "C" then null else target."small" end,
  "bo""dy" = case when (target._idem_carried ->> 'bo"dy') collate "C" < floor.version collate "C" then null else target."bo""dy" end,
  "ex'tra" = case when (target._idem_carried ->> 'ex''tra') collate "C" < floor.version collate "C" then null else target."ex'tra" end,
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
  target."id"::text,
  target."small"::text,
  target."bo""dy"::text,
  target."ex'tra"::text
from unnest(?::text[], ?::integer[])
  as bound (c0, request)
join "public"."notes" as target
  on target."id" = bound.c0::bigint;

-- add column
alter table "public"."notes" add column "bo""dy" character varying(20);

-- add column with values
alter table "public"."notes" add column "bo""dy" character varying(20) default 'it''s'::character varying;
alter table "public"."notes" alter column "bo""dy" drop default;

-- add generated
alter table "public"."notes" add column "sum" integer generated always as (small + 1) stored;

-- add empty
alter table "public"."notes" add column "sum" integer;

-- drop expression
alter table "public"."notes" alter column "sum" drop expression if exists;

-- drop column
alter table "public"."notes" drop column "small";

-- delete rows
delete from "public"."notes";

-- delete tombstones
delete from idem.tombstone_7;

-- rename column
alter table "public"."notes" rename column "small" to "tiny";

-- rename tombstone column
alter table idem.tombstone_7 rename column "id" to "number";

-- rename carried
update "public"."notes" set
  _idem_carried = (_idem_carried - 'ex''tra') || jsonb_build_object('more', _idem_carried -> 'ex''tra'),
  _idem_missing = array_replace(_idem_missing, 'ex''tra', 'more')
where jsonb_exists(_idem_carried, 'ex''tra');

-- forget carried
update "public"."notes" set
  _idem_carried = nullif(_idem_carried - 'ex''tra', '{}'),
  _idem_missing = nullif(array_remove(_idem_missing, 'ex''tra'), '{}')
where jsonb_exists(_idem_carried, 'ex''tra');

-- change type
alter table "public"."notes" alter column "bo""dy" type character varying(20) using "bo""dy"::text::character varying;

-- change tombstone type
alter table idem.tombstone_7 alter column "id" type bigint using "id"::text::bigint;

-- forbid null
alter table "public"."notes" alter column "small" set not null;

-- forbid no null where a value can be missing
alter table "public"."notes" alter column "bo""dy" drop not null;

-- allow null
alter table "public"."notes" alter column "small" drop not null;

-- rename
alter table "public"."notes" rename to "others";

-- set schema
alter table "public"."notes" set schema "elsewhere";

-- renames of indexes
select format('alter index %I.%I rename to %I', n.nspname, x.relname, 'idem_index_' || x.oid)
from pg_index i
join pg_class x on x.oid = i.indexrelid
join pg_namespace n on n.oid = x.relnamespace
where i.indrelid = to_regclass(?)
  and exists (
    select
    from pg_class taken
    join pg_namespace there on there.oid = taken.relnamespace
    where there.nspname = ? and taken.relname = x.relname
  );
