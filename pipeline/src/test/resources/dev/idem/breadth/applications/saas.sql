-- Purpose: the database of a web application with migrations in the style of Rails: surrogate keys, join tables, enums,
--          hstore and jsonb, tenants in partitions, counters, mass updates.
-- Run by:  ApplicationSchemasIT. See erp.sql for the form.
-- Undo:    drop the database.

create extension hstore;
create extension ltree;
create extension "pg_trgm";
create extension btree_gist;
create table schema_migrations (version character varying primary key);
create table ar_internal_metadata (key varchar primary key, value varchar, created_at timestamp(6) not null default '2026-01-01', updated_at timestamp(6) not null default '2026-01-01');
create type plan as enum ('free', 'pro');
create table accounts (id bigserial primary key, subdomain varchar not null, plan plan default 'free' not null, settings jsonb default '{}' not null, tags text[] default '{}',
  meta hstore, path ltree, users_count integer default 0 not null, lock_version integer default 0, created_at timestamp(6) not null default '2026-01-01 10:00:00.123456');
create unique index index_accounts_on_lower_subdomain on accounts (lower(subdomain));
create table users (id uuid default gen_random_uuid() primary key, account_id bigint not null references accounts on delete cascade, email varchar not null, encrypted_password bytea,
  last_sign_in_ip inet, time_on_site interval, preferences json, invited_by_id uuid references users, search tsvector generated always as (to_tsvector('simple', email)) stored, deleted_at timestamptz);
create unique index index_users_live on users (account_id, email) where deleted_at is null;
create table "userGroups" ("userId" uuid not null, "groupId" integer not null);
create unique index on "userGroups" ("userId", "groupId");
create table posts (id bigserial primary key, type varchar, user_id uuid, title varchar(255), body text, rating numeric(3, 1), position integer, published_on date, parent_id bigint references posts,
  constraint posts_position unique (position) deferrable initially deferred);
create table comments (id bigserial primary key, commentable_type varchar, commentable_id bigint, body text, votes integer default 0);
create table events (tenant_id integer not null, id bigserial, at timestamptz not null default '2026-06-01', payload jsonb, primary key (tenant_id, id)) partition by list (tenant_id);
create table events_1 partition of events for values in (1);
create table events_2 partition of events for values in (2) partition by range (id);
create table events_2_low partition of events_2 for values from (minvalue) to (1000);
create table events_2_high partition of events_2 for values from (1000) to (maxvalue);
create table events_default partition of events default;
create table bookings (id serial primary key, room integer, during tstzrange, exclude using gist (room with =, during with &&));
create table counters (name varchar primary key, n bigint not null default 0);
insert into schema_migrations select '2026010100000' || g from generate_series(1, 5) g;
insert into accounts (subdomain, settings, tags, meta, path) select 'acct' || g, jsonb_build_object('n', g, 'x', null), array['t' || g, 'a "quoted" one'], hstore('k' || g, case when g % 2 = 0 then 'v' end), ('Top.A' || g)::ltree from generate_series(1, 6) g;
insert into users (id, account_id, email, encrypted_password, last_sign_in_ip, time_on_site, preferences) select ('00000000-0000-4000-8000-' || lpad(g::text, 12, '0'))::uuid, g % 6 + 1, 'u' || g || '@Example.org', decode(md5(g::text), 'hex'), '10.0.0.0'::inet + g, make_interval(mins => g * 77), '{"b":  1, "a": [1,2 ]}' from generate_series(1, 20) g;
insert into "userGroups" select id, 1 from users;
insert into posts (type, user_id, title, body, rating, position, published_on) select 'Article', null, 'T' || g, repeat('body ' || g, 800), g * 1.5, g, date '2026-01-01' + g from generate_series(1, 20) g;
insert into comments (commentable_type, commentable_id, body) select 'Post', g % 20 + 1, 'c' || g from generate_series(1, 60) g;
insert into events (tenant_id, payload) select g % 4, jsonb_build_object('g', g, 'long', repeat('z', 3000)) from generate_series(1, 40) g;
insert into bookings (room, during) select g, tstzrange('2026-01-01', '2026-01-02', '[)') from generate_series(1, 5) g;
insert into counters values ('hits', 0), ('misses', 0);
-- == streaming ==
insert into schema_migrations values ('20260201000001');
alter table posts add column comments_count integer default 0 not null;
update posts p set comments_count = (select count(*) from comments c where c.commentable_id = p.id);
begin; alter table accounts rename column subdomain to slug; alter table accounts add column owner_id uuid; update accounts a set owner_id = (select id from users u where u.account_id = a.id order by id limit 1); alter table accounts add constraint fk_owner foreign key (owner_id) references users on delete set null; commit;
update posts set position = 21 - position;
update posts set rating = null where id % 3 = 0;
update posts set parent_id = id - 1, type = 'Reply' where id > 15;
update users set deleted_at = '2026-05-05 05:05:05+05' where email like 'u1%';
update users set preferences = '{"b":2}', encrypted_password = null where email = 'u2@Example.org';
update accounts set tags = tags || '{}'::text[] || array[null, 'NULL'], meta = meta || 'z=>NULL', settings = settings - 'x', lock_version = lock_version + 1;
insert into accounts (id, slug) values (3, 'x') on conflict (id) do update set slug = excluded.slug, users_count = accounts.users_count + 5;
update events set tenant_id = 2, id = id + 1000 where tenant_id = 3;
update events set payload = payload || '{"seen": true}' where tenant_id = 1;
delete from events where tenant_id = 0 and id % 2 = 0;
create table events_5 partition of events for values in (5);
insert into events (tenant_id, payload) values (5, '{"five": 5}');
begin; create table events_6 (like events including all); insert into events_6 (tenant_id, payload) select 6, '{"attached": true}' from generate_series(1, 3); alter table events attach partition events_6 for values in (6); commit;
create type visibility as enum ('everyone', 'nobody');
alter table posts add column visibility visibility default 'everyone' not null;
alter type visibility add value 'friends' before 'nobody';
update posts set visibility = 'friends' where id in (1, 2);
alter table comments alter column id type numeric;
update comments set votes = votes + 1 where id between 10 and 20;
delete from comments where id > 50;
alter table "userGroups" add column role text default 'member';
insert into "userGroups" select id, 2, 'admin' from users limit 3;
alter table "userGroups" add primary key ("userId", "groupId");
update "userGroups" set "groupId" = 3 where role = 'admin';
alter table bookings alter column during set not null;
update bookings set during = tstzrange(lower(during) + interval '1 day', null) where room = 1;
do $$ begin for i in 1..200 loop update counters set n = n + i where name = case when i % 3 = 0 then 'misses' else 'hits' end; end loop; end $$;
delete from accounts where id = 6;
create table tag_names as select distinct unnest(tags) as name from accounts;
alter table tag_names replica identity full;
update tag_names set name = 'changed' where name = 'NULL';
create table accounts_copy (like accounts including all);
insert into accounts_copy select * from accounts;
drop table comments;
begin; create table comments (id bigint generated always as identity primary key, post_id bigint, body text); insert into comments (post_id, body) select id, 'again' from posts; commit;
begin; insert into counters values ('rolled', 1); savepoint a; insert into counters values ('back', 1); alter table counters add column never text; rollback to a; insert into counters values ('kept', 2); commit;
begin; alter table counters rename to tallies; create table counters (name varchar primary key, n bigint not null default 0); insert into counters select name, -n from tallies; commit;
-- == stopped ==
update tallies set n = n + 1;
alter table users add column locale varchar(5) default 'en' not null;
alter table users alter column last_sign_in_ip type text using host(last_sign_in_ip);
alter table posts drop column body;
alter table posts add column body text;
update posts set body = 'rewritten ' || id where id % 2 = 0;
truncate "userGroups";
insert into "userGroups" select id, 9, 'new' from users where email like 'u1%';
-- == streaming ==
update users set locale = 'de' where account_id = 2;
alter table users drop column search;
delete from users where account_id = 3;
update accounts set slug = slug || '-x';
alter table tallies alter column n type bigint using n + 1000000;
