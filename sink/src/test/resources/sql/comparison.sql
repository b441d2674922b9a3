-- first chunk's end
select target."id"::text, target."name"::text, target."kind"::text
from (select *, xmin from only "public"."notes" where id > 3) as target
order by target."id", target."name" collate "C", target."kind"::text collate "C"
offset ?
limit 1;

-- next chunk's end
select target."id"::text, target."name"::text, target."kind"::text
from (select *, xmin from only "public"."notes" where id > 3) as target
where (target."id", target."name" collate "C", target."kind"::text collate "C") > ((?::text)::bigint, (?::text)::text collate "C", (?::text) collate "C")
order by target."id", target."name" collate "C", target."kind"::text collate "C"
offset ?
limit 1;

-- digest of a chunk
select count(*), encode(sha256(string_agg(digest, ''::bytea order by digest)), 'hex')
from (
  select sha256(convert_to(row(target."id"::text, case when length(target."body"::text) <= 4000 then 'v' || target."body"::text else 'h' || encode(sha256(convert_to(target."body"::text, 'UTF8')), 'hex') end)::text, 'UTF8')) as digest
  from (select *, xmin from only "public"."notes" where id > 3) as target
where (target."id", target."name" collate "C", target."kind"::text collate "C") > ((?::text)::bigint, (?::text)::text collate "C", (?::text) collate "C")
  and (target."id", target."name" collate "C", target."kind"::text collate "C") <= ((?::text)::bigint, (?::text)::text collate "C", (?::text) collate "C")
) as chunk;

-- digest of everything
select count(*), encode(sha256(string_agg(digest, ''::bytea order by digest)), 'hex')
from (
  select sha256(convert_to(row(target."id"::text, case when length(target."body"::text) <= 4000 then 'v' || target."body"::text else 'h' || encode(sha256(convert_to(target."body"::text, 'UTF8')), 'hex') end)::text, 'UTF8')) as digest
  from (select *, xmin from only "public"."notes" where id > 3) as target
) as chunk;

-- rows of the last chunk
select target."id"::text, target."name"::text, target."kind"::text, encode(sha256(convert_to(row(target."id"::text, case when length(target."body"::text) <= 4000 then 'v' || target."body"::text else 'h' || encode(sha256(convert_to(target."body"::text, 'UTF8')), 'hex') end)::text, 'UTF8')), 'hex'), target.xmin::text
from (select *, xmin from only "public"."notes" where id > 3) as target
where (target."id", target."name" collate "C", target."kind"::text collate "C") > ((?::text)::bigint, (?::text)::text collate "C", (?::text) collate "C");

-- rows of the first chunk
select target."id"::text, target."name"::text, target."kind"::text, encode(sha256(convert_to(row(target."id"::text, case when length(target."body"::text) <= 4000 then 'v' || target."body"::text else 'h' || encode(sha256(convert_to(target."body"::text, 'UTF8')), 'hex') end)::text, 'UTF8')), 'hex'), target.xmin::text
from (select *, xmin from only "public"."notes" where id > 3) as target
where (target."id", target."name" collate "C", target."kind"::text collate "C") <= ((?::text)::bigint, (?::text)::text collate "C", (?::text) collate "C");

-- rows
select target."id"::text, target."name"::text, target."kind"::text, encode(sha256(convert_to(row(target."id"::text, case when length(target."body"::text) <= 4000 then 'v' || target."body"::text else 'h' || encode(sha256(convert_to(target."body"::text, 'UTF8')), 'hex') end)::text, 'UTF8')), 'hex'), target.xmin::text
from unnest(?::text[], ?::text[], ?::text[]) as wanted (k0, k1, k2)
join (select *, xmin from only "public"."notes" where id > 3) as target
  on target."id" = wanted.k0::bigint
  and target."name" = wanted.k1::text
  and target."kind"::text = wanted.k2;

-- column digests
select target."id"::text, target."name"::text, target."kind"::text, encode(sha256(convert_to(target."id"::text, 'UTF8')), 'hex'), encode(sha256(convert_to(target."body"::text, 'UTF8')), 'hex'), target._idem_missing
from unnest(?::text[], ?::text[], ?::text[]) as wanted (k0, k1, k2)
join (select *, xmin from only "public"."notes" where id > 3) as target
  on target."id" = wanted.k0::bigint
  and target."name" = wanted.k1::text
  and target."kind"::text = wanted.k2;

-- buckets
select bucket, count(*), sum(first)::text || ' ' || sum(second)::text
from (
  select
    get_byte(digest, 0) * 256 + get_byte(digest, 1) as bucket,
    ('x' || encode(substr(digest, 1, 8), 'hex'))::bit(64)::bigint::numeric as first,
    ('x' || encode(substr(digest, 9, 8), 'hex'))::bit(64)::bigint::numeric as second
  from (
    select sha256(convert_to(row(target."id"::text, case when length(target."body"::text) <= 4000 then 'v' || target."body"::text else 'h' || encode(sha256(convert_to(target."body"::text, 'UTF8')), 'hex') end)::text, 'UTF8')) as digest from "public"."heap" as target
    offset 0
  ) as row_digest
) as part
group by bucket;

-- groups
select encode(digest, 'hex'), count(*)
from (
  select sha256(convert_to(row(target."id"::text, case when length(target."body"::text) <= 4000 then 'v' || target."body"::text else 'h' || encode(sha256(convert_to(target."body"::text, 'UTF8')), 'hex') end)::text, 'UTF8')) as digest from "public"."heap" as target
  offset 0
) as row_digest
where get_byte(digest, 0) * 256 + get_byte(digest, 1) = any (?::integer[])
group by digest
order by digest;

-- counts of
select encode(digest, 'hex'), count(*)
from (
  select sha256(convert_to(row(target."id"::text, case when length(target."body"::text) <= 4000 then 'v' || target."body"::text else 'h' || encode(sha256(convert_to(target."body"::text, 'UTF8')), 'hex') end)::text, 'UTF8')) as digest from "public"."heap" as target
  offset 0
) as row_digest
where encode(digest, 'hex') = any (?::text[])
group by digest;

-- column digests of a table that tells nothing missing
select , encode(sha256(convert_to(target."id"::text, 'UTF8')), 'hex'), encode(sha256(convert_to(target."body"::text, 'UTF8')), 'hex'), null::text[]
from unnest() as wanted ()
join "public"."heap" as target
  on ;
