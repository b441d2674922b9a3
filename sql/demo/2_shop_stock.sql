-- Purpose: a first stock, customers and a year of orders: some 80,000 rows, 8 MB of them in large values.
-- Run by:  `./idem demo`, on its source, once; needs 1_shop_schema.sql and an empty shop.
-- Undo:    truncate shop.customers, shop.tills, shop.products, shop.orders, shop.order_lines, shop.payments,
--            shop.deliveries, shop.page_views, shop.price_list, shop.closings;

-- Values that no compression makes small: one of 250 UUIDs has 9,250 characters.
create or replace function shop.large_text(words integer) returns text
language sql volatile
as $$
  select string_agg(gen_random_uuid()::text, ' ')
  from generate_series(1, words)
$$;

insert into shop.tills (id, place, balance)
select
  i,
  (array['Harbour', 'Station', 'Market', 'Online'])[i],
  0
from generate_series(1, 4) as i;

insert into shop.customers (id, email, name, address, tags, balance, letters, created_at)
select
  gen_random_uuid(),
  'customer' || i || '@example.com',
  (array['Ada', 'Bela', 'Chen', 'Dana', 'Emre', 'Freya', 'Gil', 'Hana'])[1 + i % 8] || ' ' || to_char(i, 'FM00000'),
  jsonb_build_object('city', (array['Bergen', 'Porto', 'Lviv', 'Kyoto'])[1 + i % 4], 'street', i || ' Long Road'),
  case when i % 3 = 0 then array['regular', 'quote " comma , brace }'] else '{}'::text[] end,
  200,
  case when i % 25 = 0 then shop.large_text(250) end,
  timestamptz '2025-01-01 00:00:00+00' + i * interval '97 minutes'
from generate_series(1, 5000) as i;

insert into shop.products (sku, name, price, stock, attributes, manual)
select
  'SKU-' || to_char(i, 'FM00000'),
  'Product ' || i,
  (1 + i % 90) + 0.99,
  1000,
  jsonb_build_object('weight', i % 40, 'colours', jsonb_build_array('red', 'blue')),
  shop.large_text(250 + i % 50)
from generate_series(1, 500) as i;

insert into shop.orders (customer_id, till_id, status, total, placed_at)
select
  customer.id,
  1 + customer.place % 4,
  'shipped',
  20,
  customer.created_at + turn * interval '3 days'
from (select id, created_at, row_number() over (order by created_at) as place from shop.customers) as customer
cross join generate_series(1, 3) as turn
where (customer.place + turn) % 4 <> 0;

insert into shop.order_lines (order_id, line_no, sku, quantity, price)
select
  id,
  line_no,
  'SKU-' || to_char(1 + (id * 7 + line_no * 131) % 500, 'FM00000'),
  1,
  10
from shop.orders
cross join generate_series(1, 2) as line_no;

insert into shop.payments (order_id, amount, details, paid_at)
select
  id,
  total,
  jsonb_build_object('method', 'card', 'last4', to_char(id % 10000, 'FM0000')),
  placed_at + interval '1 minute'
from shop.orders;

insert into shop.deliveries (sku, quantity, arrived_at)
select
  sku,
  1000,
  timestamptz '2025-01-01 00:00:00+00'
from shop.products;

insert into shop.page_views (seen_at, visitor, path)
select
  timestamptz '2025-06-01 00:00:00+00' + i * interval '1 second',
  i % 3000,
  '/product/' || i % 500
from generate_series(1, 20000) as i;

analyze;
