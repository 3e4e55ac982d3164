-- What a market's dispatcher aims at, as its operator says. Every version that there was; the highest is in force, and
-- the defaults are where there is none.
create table dispatch.policy (
  market_id bigint not null,
  version integer not null,
  -- Decided, read and replayed as a whole.
  document jsonb not null,
  set_at timestamptz not null,
  set_by text not null,
  primary key (market_id, version)
);
