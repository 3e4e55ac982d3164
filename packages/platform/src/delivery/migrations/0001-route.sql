-- A courier's committed work: one pickup at one store, then drop-offs in sequence. Finished routes stay as
-- the record of who delivered what; open ones are few, so what is asked often is a small partial index.
create schema delivery;

create table delivery.route (
  market_id bigint not null,
  route_id bigint not null,
  courier_id bigint not null,
  store_id bigint not null,
  state text not null check (state in ('assigned', 'started', 'done', 'cancelled')),
  assigned_at timestamptz not null,
  closed_at timestamptz,
  pay_minor bigint not null check (pay_minor >= 0),
  primary key (market_id, route_id)
);
create index route_open on delivery.route (market_id, courier_id) where state in ('assigned', 'started');
-- Postgres itself holds that a courier carries out one route at a time.
create unique index route_started on delivery.route (market_id, courier_id) where state = 'started';

create table delivery.stop (
  market_id bigint not null,
  route_id bigint not null,
  -- 0 is the pickup; drop-offs follow. Taking out a stop after the pickup leaves a gap.
  number smallint not null check (number between 0 and 200),
  -- Null at the pickup, which is for all orders of the route.
  order_id bigint check ((order_id is null) = (number = 0)),
  place json not null,
  expected_at timestamptz not null,
  arrived_at timestamptz,
  completed_at timestamptz,
  wrong_codes smallint not null default 0,
  primary key (market_id, route_id, number)
);
-- An order is on one route at most, whatever two dispatchers believe; also how a cancelled order is found.
create unique index stop_order on delivery.stop (market_id, order_id) where order_id is not null;

-- The highest fencing token that has written here. Its row is what two dispatchers of a market meet at.
create table delivery.fence (
  market_id bigint primary key,
  token bigint not null
);
