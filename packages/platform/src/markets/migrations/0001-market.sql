-- The list of markets: the one table that is not inside a market. Small, read once into memory by each process.
-- The policy is one document because it is decided, versioned and replayed as a whole; the code checks it on
-- every read.
create schema markets;

create table markets.market (
  market_id bigint primary key,
  slug text not null unique,
  name text not null,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  time_zone text not null,
  languages text[] not null,
  centre_lat double precision not null,
  centre_lng double precision not null,
  bounds jsonb not null,
  attribution text not null,
  map_source text not null,
  policy jsonb not null
);
