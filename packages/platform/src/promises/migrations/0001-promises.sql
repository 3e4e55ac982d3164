-- What a market has learned of its deliveries, what it has to do, and what is done while couriers are short. All small:
-- each process keeps it in memory and reads what has changed.
create schema promises;

-- store_id 0 is the market itself. version is the place in the outbox up to which it has learned.
create table promises.history (
  market_id bigint not null,
  store_id bigint not null,
  version bigint not null,
  learned jsonb not null,
  primary key (market_id, store_id)
);

-- As of the last round of dispatch.
create table promises.standing (
  market_id bigint primary key,
  document jsonb not null
);

-- Every version of a market's policy that there was; the highest is in force.
create table promises.policy (
  market_id bigint not null,
  version integer not null,
  document jsonb not null,
  set_at timestamptz not null,
  set_by text not null,
  primary key (market_id, version)
);
