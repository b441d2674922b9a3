-- size
create type size as enum ('s', 'it''s');

-- kind
create domain kind as public.size;

-- pair
create type pair as ("x" integer);

-- span
create type span as range (subtype = text, multirange_type_name = "public"."spans", collation = "C", subtype_opclass = text_ops);

-- plain
create type plain as range (subtype = integer);

-- ci
create collation ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false, rules = '&a<b');

-- type exists
select to_regtype(:name) is not null;

-- collation exists
select to_regcollation(:name) is not null;

-- existing columns
select a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull,
  a.atthasdef and a.attgenerated = '' or a.attidentity <> '', a.attgenerated <> '',
  exists (select from pg_index i where i.indrelid = a.attrelid and i.indisprimary and a.attnum = any (i.indkey))
from pg_attribute a
where a.attrelid = to_regclass(?) and a.attnum > 0 and not a.attisdropped
order by a.attnum;

-- list and filter
select
    case when r.prattrs is not null then array(
        select a.attname::text from pg_attribute a
        where a.attrelid = r.prrelid and a.attnum = any (r.prattrs::int2[])) end,
    pg_get_expr(r.prqual, r.prrelid)
from pg_publication p
join pg_publication_rel r on r.prpubid = p.oid
join pg_class c on c.oid = r.prrelid
where p.pubname = ? and r.prrelid = ?::oid
    and not exists (select from pg_publication_namespace n
        where n.pnpubid = p.oid and n.pnnspid = c.relnamespace)
;
