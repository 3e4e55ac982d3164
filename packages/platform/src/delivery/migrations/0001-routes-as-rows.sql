-- A courier's committed work. Finished routes stay as the record of who delivered what; open ones are few, so what is
-- asked often is a small partial index. A route is one row, its stops a document in it (docs/decisions/0018).
create schema delivery;

create table delivery.route (
  market_id bigint not null,
  route_id bigint not null,
  -- Rises with each write: who waited for the row sees that it is not the one that it looked for.
  version integer not null,
  courier_id bigint not null,
  store_id bigint not null,
  state text not null check (state in ('assigned', 'started', 'done', 'cancelled')),
  assigned_at timestamptz not null,
  closed_at timestamptz,
  pay_minor bigint not null check (pay_minor >= 0),
  -- The stops as JSON, and how they were when earlier commands were answered. text and not json: it is read whole and
  -- never searched, and each step writes it (46 µs of Postgres CPU for the three writes of a route against 56).
  document text not null,
  -- The commands that brought it here, 20 bytes each: see commands/applied-commands.ts.
  commands bytea,
  primary key (market_id, route_id)
-- Room on the page for the steps to come.
) with (fillfactor = 50);
create index route_open on delivery.route (market_id, courier_id) where state in ('assigned', 'started');
-- Postgres itself holds that a courier carries out one route at a time. It is also why routes are not partitioned by
-- month: a unique index would have to hold the key of the route.
create unique index route_started on delivery.route (market_id, courier_id) where state = 'started';

-- Which route an order is on. It is on one at most, whatever two dispatchers believe. The row goes when the order
-- leaves the route undelivered.
create table delivery.carried (
  market_id bigint not null,
  order_id bigint not null,
  route_id bigint not null,
  primary key (market_id, order_id)
) partition by list (market_id);

insert into halfhour.partitioned (table_name, key_column, key_shift) values
  ('delivery.carried', 'order_id', 22);

-- The highest fencing token that has written here. Its row is what two dispatchers of a market meet at.
create table delivery.fence (
  market_id bigint primary key,
  token bigint not null
);

-- The stops of routes as rows, for people who look and for audits; 0 is the pickup. No statement of the product reads it.
create view delivery.stop as
select market_id, route_id, (stop ->> 'number')::smallint as number, stop ->> 'orderId' as order_id,
  stop -> 'place' as place, to_timestamp((stop ->> 'expectedAt')::numeric / 1000) as expected_at,
  to_timestamp((stop ->> 'arrivedAt')::numeric / 1000) as arrived_at,
  to_timestamp((stop ->> 'completedAt')::numeric / 1000) as completed_at,
  (stop ->> 'wrongCodes')::smallint as wrong_codes
from delivery.route
cross join lateral (
  select jsonb_build_object('number', 0, 'wrongCodes', 0) || (document::jsonb -> 'pickup') as stop
  union all
  select jsonb_array_elements(document::jsonb -> 'dropoffs')
) as stops;
