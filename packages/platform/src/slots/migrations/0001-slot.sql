-- Delivery slots of stores: what a week offers, as a document that is read whole, and how many orders each slot has.
create schema slots;

create table slots.plan (
  market_id bigint not null,
  store_id bigint not null,
  document jsonb not null,
  primary key (market_id, store_id)
);

-- One row for each slot that somebody has ordered for. Whoever places an order locks it; the check makes taking more
-- places than there are impossible whatever the code does. Slots that are over are forgotten.
create table slots.slot (
  market_id bigint not null,
  store_id bigint not null,
  starts_at timestamptz not null,
  -- What the plan said when a place was taken last; never below what was taken already.
  capacity integer not null check (capacity >= 0),
  taken integer not null default 0 check (taken >= 0),
  primary key (market_id, store_id, starts_at),
  check (taken <= capacity)
) with (fillfactor = 50);
