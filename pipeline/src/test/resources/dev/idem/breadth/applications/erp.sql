-- Purpose: an enterprise resource planning database as it grows over fifteen years: natural keys of many columns, names
--          in two languages, audit triggers, cascades.
-- Run by:  ApplicationSchemasIT. Statements end with a semicolon at the end of a line; "-- == streaming ==" and
--          "-- == stopped ==" say how the pipeline is for those behind it.
-- Undo:    drop the database.

create extension citext;
create schema "Stammdaten";
create schema beleg;
create domain beleg.betrag as numeric(18, 4) check (value > -1e12);
create domain beleg.menge as beleg.betrag;
create type beleg.status as enum ('offen', 'geprüft', 'storniert');
create type beleg.adresse as (strasse text, plz char(5), ort varchar(40));
create table "Stammdaten"."Mandant" ("Nr" char(3) primary key, "Name" citext not null unique, "gültig ab" date default '-infinity');
create table "Stammdaten"."Kunde" ("Mandant" char(3) not null references "Stammdaten"."Mandant", "Kunden-Nr" numeric(12, 2) not null,
  "Name" varchar(80) collate "C", anschrift beleg.adresse, telefone text[], "Übergeordnet" numeric(12, 2), notiz text,
  primary key ("Mandant", "Kunden-Nr"), foreign key ("Mandant", "Übergeordnet") references "Stammdaten"."Kunde" on update cascade on delete set null);
create table beleg.kopf (mandant char(3), art char(2), jahr smallint, nr bigint, status beleg.status not null default 'offen', kunde numeric(12, 2),
  angelegt timestamptz not null default '2026-01-01 00:00+00', summe beleg.betrag, primary key (mandant, art, jahr, nr),
  foreign key (mandant, kunde) references "Stammdaten"."Kunde" on update cascade);
create table beleg.position (mandant char(3), art char(2), jahr smallint, nr bigint, pos numeric, artikel citext, menge beleg.menge, preis beleg.betrag,
  wert numeric generated always as (menge * preis) stored, text text, primary key (mandant, art, jahr, nr, pos),
  foreign key (mandant, art, jahr, nr) references beleg.kopf on update cascade on delete cascade);
create table beleg.lager (ort citext, fach citext, bestand integer not null, primary key (ort, fach));
create table beleg.zuordnung (ort citext, fach citext, kopf_nr bigint, unique (ort, fach, kopf_nr));
create table beleg.protokoll (id bigint generated always as identity, tabelle name, alt jsonb, neu jsonb, wer text default 'system', wann timestamp(0) default '2026-01-01');
create function beleg.protokolliere() returns trigger language plpgsql as $$ begin insert into beleg.protokoll (tabelle, alt, neu) values (tg_table_name, case when tg_op <> 'INSERT' then to_jsonb(old) end, case when tg_op <> 'DELETE' then to_jsonb(new) end); return coalesce(new, old); end $$;
create trigger protokoll after insert or update or delete on beleg.kopf for each row execute function beleg.protokolliere();
create function beleg.summiere() returns trigger language plpgsql as $$ begin update beleg.kopf k set summe = (select sum(wert) from beleg.position p where (p.mandant, p.art, p.jahr, p.nr) = (k.mandant, k.art, k.jahr, k.nr)) where (k.mandant, k.art, k.jahr, k.nr) = (coalesce(new.mandant, old.mandant), coalesce(new.art, old.art), coalesce(new.jahr, old.jahr), coalesce(new.nr, old.nr)); return null; end $$;
create trigger summe after insert or update or delete on beleg.position for each row execute function beleg.summiere();
create view beleg.umsatz as select mandant, sum(summe) as summe from beleg.kopf group by mandant;
create materialized view beleg.umsatz_monat as select * from beleg.umsatz;
create unlogged table beleg.sitzung (id uuid primary key, daten jsonb);
do $$ begin for i in 1..60 loop execute format('create table beleg.%I (mandant char(3) not null, schluessel varchar(20) not null, lfd integer not null, %I numeric(%s, 2), beschreibung text default %L, aktiv boolean, primary key (%s))', 'Tab_' || lpad(i::text, 3, '0'), 'Wert ' || i, 10 + i % 8, 'Text ' || i, case i % 3 when 0 then 'mandant, schluessel' when 1 then 'schluessel, lfd, mandant' else 'lfd' end); execute format('insert into beleg.%I select ''001'', ''S'' || g, g, g * 1.25, case when g %% 2 = 0 then ''x'' end, g %% 3 = 0 from generate_series(1, 5) g', 'Tab_' || lpad(i::text, 3, '0')); end loop; end $$;
insert into "Stammdaten"."Mandant" values ('001', 'Müller & Söhne', '1999-12-31'), ('2', 'O''Brien', 'infinity');
insert into "Stammdaten"."Kunde" select '001', g + 0.5, 'Kunde ' || g, row('Weg ' || g, g::text, 'Ort')::beleg.adresse, array['+49 ' || g, null], case when g > 1 then g - 0.5 end, repeat('n', g * 900) from generate_series(1, 8) g;
insert into beleg.kopf select '001', 'RE', 2020 + g % 3, g, 'offen', (g % 8) + 1.5 from generate_series(1, 6) g;
insert into beleg.position (mandant, art, jahr, nr, pos, artikel, menge, preis, text) select '001', 'RE', 2020 + g % 3, g, p, 'Art-' || p, p, g * 1.1, repeat('p', 50) from generate_series(1, 6) g, generate_series(1.0, 3.0, 1.0) p;
insert into beleg.lager select 'Halle', 'Fach ' || g, g from generate_series(1, 10) g;
insert into beleg.zuordnung select 'Halle', 'Fach ' || g, null from generate_series(1, 4) g;
-- == streaming ==
update beleg.lager set fach = upper(fach) where bestand < 4;
update beleg.lager set bestand = bestand + 1;
delete from beleg.lager where fach = 'FACH 2';
insert into beleg.lager values ('HALLE', 'fach 2', 77);
update "Stammdaten"."Kunde" set "Kunden-Nr" = "Kunden-Nr" + 100 where "Kunden-Nr" > 5;
update "Stammdaten"."Mandant" set "Name" = upper("Name");
update beleg.position set menge = menge * 2 where pos = 2;
update beleg.position set pos = pos + 0.00;
update beleg.kopf set nr = nr + 1000 where nr in (2, 3);
delete from beleg.kopf where nr = 4;
insert into beleg.sitzung values (gen_random_uuid(), '{}');
refresh materialized view beleg.umsatz_monat;
alter type beleg.status add value 'archiviert' after 'geprüft';
update beleg.kopf set status = 'archiviert' where nr = 1;
alter type beleg.status rename value 'offen' to 'Offen';
alter type beleg.adresse add attribute land char(2);
update "Stammdaten"."Kunde" set anschrift = row('Weg', '12345', 'Ort', 'DE')::beleg.adresse where "Kunden-Nr" < 3;
alter table "Stammdaten"."Kunde" rename column "Name" to "Firma";
alter table "Stammdaten"."Kunde" add column "Konto" bigint generated by default as identity;
alter table "Stammdaten"."Kunde" alter column "Firma" type text using '[' || "Firma" || ']';
update "Stammdaten"."Kunde" set "Firma" = 'neu' where "Kunden-Nr" = 1.5;
alter table beleg.position drop constraint position_pkey;
update beleg.lager set bestand = 0;
alter table beleg.position add column id bigint generated always as identity;
alter table beleg.position add primary key (id);
update beleg.position set text = 'neu' where pos = 1;
drop trigger summe on beleg.position;
alter table beleg.kopf rename to "Belegkopf";
update beleg."Belegkopf" set status = 'storniert' where nr = 5;
alter table beleg.zuordnung add column id serial;
alter table beleg.zuordnung add primary key (id);
update beleg.zuordnung set kopf_nr = id;
do $$ begin for i in 1..60 loop if i % 5 = 0 then execute format('update beleg.%I set aktiv = not aktiv, beschreibung = beschreibung || ''!'' where lfd > 2', 'Tab_' || lpad(i::text, 3, '0')); execute format('delete from beleg.%I where lfd = 1', 'Tab_' || lpad(i::text, 3, '0')); end if; if i % 7 = 0 then execute format('alter table beleg.%I add column neu_%s integer not null default %s', 'Tab_' || lpad(i::text, 3, '0'), i, i); execute format('update beleg.%I set schluessel = schluessel || ''x'', lfd = lfd + 10', 'Tab_' || lpad(i::text, 3, '0')); end if; if i % 11 = 0 then execute format('alter table beleg.%I drop column beschreibung', 'Tab_' || lpad(i::text, 3, '0')); end if; end loop; end $$;
truncate beleg."Tab_001", beleg."Tab_002" restart identity cascade;
-- == stopped ==
alter schema "Stammdaten" rename to master;
update master."Kunde" set notiz = 'gestoppt' where "Kunden-Nr" = 2.5;
alter table beleg."Tab_003" alter column "Wert 3" type numeric(20, 4) using "Wert 3" * 3;
alter table beleg."Tab_004" rename to tab_neu;
insert into beleg.tab_neu (mandant, schluessel, lfd) values ('009', 'neu', 99);
drop table beleg."Tab_005";
create table beleg."Tab_005" (id uuid primary key default gen_random_uuid(), v jsonb);
insert into beleg."Tab_005" (v) values ('{"a": 1.50}'), ('[]');
-- == streaming ==
insert into master."Kunde" ("Mandant", "Kunden-Nr", "Firma") values ('2  ', 9.90, 'zuletzt');
update beleg."Tab_005" set v = v || '{"b": null}' where v <> '[]';
update beleg.position set menge = 1 where pos = 3;
delete from master."Kunde" where "Kunden-Nr" = 108.5;
