-- Purpose: measurements and a ledger: partitions by time, identity and generated columns, ranges, inheritance, swaps of
--          keys and of unique values, triggers and rules that write, retention by truncates and dropped partitions.
-- Run by:  ApplicationSchemasIT. See erp.sql for the form.
-- Undo:    drop the database.

create schema "iot.v2";
create table "iot.v2".device (id integer generated always as identity primary key, serial char(12) not null unique, model varchar(20) default 'm', location point, area box, firmware text, config jsonb,
  active boolean default true, score double precision, seen timestamptz);
create table "iot.v2"."reading" (device_id integer not null, at timestamptz not null, temperature real, humidity numeric(5, 2), raw bytea, flags bit(8), mac macaddr, quality smallint,
  fahrenheit real generated always as (temperature * 9 / 5 + 32) stored, primary key (device_id, at)) partition by range (at);
create table "iot.v2".reading_2026_01 partition of "iot.v2"."reading" for values from ('2026-01-01') to ('2026-02-01');
create table "iot.v2".reading_2026_02 partition of "iot.v2"."reading" for values from ('2026-02-01') to ('2026-03-01') partition by hash (device_id);
create table "iot.v2".reading_2026_02_0 partition of "iot.v2".reading_2026_02 for values with (modulus 2, remainder 0);
create table "iot.v2".reading_2026_02_1 partition of "iot.v2".reading_2026_02 for values with (modulus 2, remainder 1);
create table "iot.v2".staging (like "iot.v2".device);
create table account (no varchar(10) primary key, owner text, balance numeric not null default 0, opened date, limits int4range, hours time[], kind "char");
create table entry (id bigserial primary key, debit varchar(10) references account on update cascade, credit varchar(10) references account on update cascade, amount numeric(20, 6), memo text, booked timestamp);
create table slot (id integer primary key deferrable initially immediate, label text unique deferrable initially immediate);
alter table slot replica identity full;
create table ranking (place integer primary key, player text not null unique);
create table vehicle (id serial primary key, wheels integer, name text);
create table car (doors integer, primary key (id)) inherits (vehicle);
create table truck (load numeric, primary key (id)) inherits (vehicle);
create table note (id integer, body text);
alter table note replica identity full;
create table history (n integer, what text);
create table node (id text primary key, parent text references node on update cascade on delete cascade, depth integer);
create rule log_history as on insert to ranking do also insert into history values (new.place, new.player);
create function touch() returns trigger language plpgsql as $$ begin new.memo := coalesce(new.memo, '') || '.'; new.booked := '2026-01-01'; return new; end $$;
create trigger touch before insert or update on entry for each row execute function touch();
insert into "iot.v2".device (serial, location, area, firmware, config, score) select 'SN' || g, point(g, -g), box(point(0, 0), point(g, 1)), repeat(md5(g::text), 300), jsonb_build_object('g', g), case g when 1 then 'NaN' when 2 then '-Infinity' else g / 3.0 end from generate_series(1, 12) g;
insert into "iot.v2"."reading" (device_id, at, temperature, humidity, raw, flags, mac, quality) select d, timestamptz '2026-01-10' + h * interval '4 days', d + h / 10.0, h, decode(lpad(to_hex(h), 4, '0'), 'hex'), h::bit(8), '08:00:2b:01:02:03', null from generate_series(1, 10) d, generate_series(1, 8) h;
insert into account select 'A' || g, 'owner ' || g, g * 100.10, date '2020-02-29' + g, int4range(g, g * 10), array['24:00:00', null, '00:00:01.5']::time[], chr(64 + g)::"char" from generate_series(1, 10) g;
insert into entry (debit, credit, amount) select 'A' || g, 'A' || (g % 10 + 1), g / 7.0 from generate_series(1, 10) g;
insert into slot select g, 'label ' || g from generate_series(1, 10) g;
insert into ranking select g, 'player ' || g from generate_series(1, 10) g;
insert into vehicle (wheels, name) values (2, 'bike'); insert into car (wheels, name, doors) values (4, 'car', 5); insert into truck (wheels, name, load) values (6, 'truck', 7.50);
insert into note select g % 3, 'same' from generate_series(1, 12) g;
insert into node values ('root', null, 0), ('a', 'root', 1), ('b', 'a', 2), ('c', 'b', 3);
-- == streaming ==
begin; set constraints all deferred; update slot set id = 11 - id; update slot set label = 'label ' || id; commit;
begin; update ranking set player = '~' || player; update ranking set player = 'player ' || (11 - place); commit;
update ranking set place = place + 100; update ranking set place = place - 99;
update account set no = 'B' || no where balance > 500;
update account set balance = balance - 0.10, limits = case when limits @> 5 then 'empty' else int4range(null, 3) end;
begin; update account set balance = balance - 10 where no = 'A1'; update account set balance = balance + 10 where no = 'A2'; insert into entry (debit, credit, amount) values ('A1', 'A2', 10); commit;
update "iot.v2".device set score = 'Infinity', seen = '-infinity' where id = 3;
update "iot.v2".device set serial = 'X' || serial where id < 3;
update "iot.v2"."reading" set at = at + interval '1 month' where device_id = 1 and at < '2026-01-25';
update "iot.v2"."reading" set quality = device_id, flags = ~flags where device_id > 5;
delete from "iot.v2"."reading" where device_id = 9;
create table "iot.v2".reading_2026_03 partition of "iot.v2"."reading" for values from ('2026-03-01') to ('2026-04-01');
insert into "iot.v2"."reading" (device_id, at, temperature) values (1, '2026-03-03', '-0'), (2, '2026-03-03 12:00:00.000001+14', 'NaN');
alter table "iot.v2"."reading" add column battery numeric(4, 1) default 99.5;
alter table "iot.v2"."reading" rename column quality to grade;
alter table "iot.v2"."reading" alter column humidity type numeric(7, 3) using humidity / 3;
insert into "iot.v2"."reading" (device_id, at, grade, battery) values (3, '2026-03-04', 7, null);
truncate "iot.v2".reading_2026_01;
insert into "iot.v2".staging overriding system value select * from "iot.v2".device;
truncate "iot.v2".staging;
insert into "iot.v2".staging overriding system value select * from "iot.v2".device where id < 4;
update car set doors = doors + 1; update vehicle set wheels = wheels + 1; insert into car (wheels, name, doors) values (3, 'tuk', 2); delete from only vehicle;
alter table vehicle add column color text default 'red';
update truck set color = 'blue';
alter table car no inherit vehicle;
update note set body = 'one' where ctid = (select min(ctid) from note where id = 1);
delete from note where ctid in (select ctid from note where id = 0 limit 2);
insert into note values (1, 'same'), (null, null);
delete from note where id is null;
insert into ranking values (50, 'late'); delete from ranking where place = 3;
update node set id = 'root2' where id = 'root';
delete from node where id = 'b';
alter table entry alter column amount type double precision;
update entry set memo = null where id < 4;
alter table entry add column hash text generated always as (md5(memo)) stored;
alter table account alter column balance set default 5;
alter table account add column iban text;
begin; update account set iban = 'DE' || no; alter table account drop constraint account_pkey cascade; alter table account alter column iban set not null; alter table account add primary key (iban); update account set owner = 'x' where no = 'A3'; update account set iban = iban || '0' where no = 'A4'; commit;
do $$ begin for i in 1..300 loop insert into history values (i, 'h' || i); end loop; end $$;
begin; insert into note select g, repeat('t', 5000) from generate_series(100, 130) g; savepoint s; delete from note where id > 110; rollback to s; update note set body = body || '!' where id = 120; commit;
cluster "iot.v2".device using device_pkey;
vacuum full account;
-- == stopped ==
create table "iot.v2".reading_2026_04 (like "iot.v2"."reading" including all);
insert into "iot.v2".reading_2026_04 (device_id, at, temperature) select g, '2026-04-04', g from generate_series(1, 5) g;
alter table "iot.v2"."reading" attach partition "iot.v2".reading_2026_04 for values from ('2026-04-01') to ('2026-05-01');
alter table ranking rename column player to champion;
update ranking set champion = upper(champion);
alter table slot drop constraint slot_pkey;
alter table slot add primary key (label, id);
update slot set id = id + 1;
alter table node set schema "iot.v2";
insert into "iot.v2".node values ('z', null, 9);
alter table entry drop column memo cascade;
-- == streaming ==
update "iot.v2".node set depth = depth * 2;
update slot set label = label || '*' where id % 2 = 0;
insert into history values (-1, 'last');
update "iot.v2"."reading" set temperature = temperature + 1 where at > '2026-03-01';
