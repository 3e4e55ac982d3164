-- Couriers, their shifts, and where they are. Positions change every few seconds for everyone on shift; they lie
-- apart in narrow rows with half of each page free, so that updates stay in place (HOT) and never wait for, or
-- hold up, the transaction that gives a courier work.
create schema couriers;

create table couriers.courier (
  market_id bigint not null,
  courier_id bigint not null,
  name text not null,
  vehicle text not null check (vehicle in ('bicycle', 'motorcycle', 'car')),
  status text not null default 'off_shift'
    check (status in ('off_shift', 'idle', 'to_store', 'at_store', 'to_shopper')),
  load integer not null default 0 check (load >= 0),
  -- The shift that runs; ending: no new work, over when the load is.
  shift_id bigint,
  shift_ends_at timestamptz,
  shift_ending boolean not null default false,
  primary key (market_id, courier_id),
  check ((status = 'off_shift') = (shift_id is null)),
  check (status <> 'off_shift' or load = 0)
) with (fillfactor = 70);

create table couriers.shift (
  market_id bigint not null,
  shift_id bigint not null,
  courier_id bigint not null,
  started_at timestamptz not null,
  ends_at timestamptz not null,
  ended_at timestamptz,
  primary key (market_id, shift_id)
);
create index shift_started on couriers.shift (market_id, started_at);

create table couriers.position (
  market_id bigint not null,
  courier_id bigint not null,
  lat double precision not null,
  lng double precision not null,
  at timestamptz not null,
  primary key (market_id, courier_id)
) with (fillfactor = 50);
