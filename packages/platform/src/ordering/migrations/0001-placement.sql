-- An order is two rows: what was ordered, written once, and how far it has come, a narrow row that each step writes
-- anew (docs/decisions/0008, 0013). Few indexes: each costs a quarter to a third of the placement rate.
create schema ordering;

create table ordering.placement (
  market_id bigint not null,
  order_id bigint not null,
  store_id bigint not null,
  shopper_id bigint not null,
  placed_at timestamptz not null,
  promise_latest timestamptz not null,
  total_minor bigint not null check (total_minor >= 0),
  -- Rises when the order is changed after placement.
  edition integer not null default 1,
  -- All that is fixed at placement, as the code reads it. json and not jsonb: it is read whole and never searched,
  -- so it need not be taken apart.
  document json not null,
  primary key (market_id, order_id)
) partition by list (market_id);
create index placement_shopper on ordering.placement (market_id, shopper_id, order_id);
create index placement_store on ordering.placement (market_id, store_id, order_id);

create table ordering.progress (
  market_id bigint not null,
  order_id bigint not null,
  -- How many events the order has had; the first is its placement.
  version integer not null default 1,
  -- The edition of its placement.
  edition integer not null default 1,
  state text not null check (state in
    ('pending_payment', 'placed', 'accepted', 'ready', 'picked_up', 'delivered', 'cancelled', 'refunded')),
  -- Delivered, cancelled or refunded. No index looks at `state`, so changes of it stay on the page (HOT); this
  -- changes once in an order's life.
  closed boolean not null default false,
  refunded_minor bigint not null default 0 check (refunded_minor >= 0),
  accepted_at timestamptz,
  expected_ready_at timestamptz,
  ready_at timestamptz,
  picked_up_at timestamptz,
  delivered_at timestamptz,
  cancelled_at timestamptz,
  cancel_reason text,
  courier_id bigint,
  expected_delivery_at timestamptz,
  -- The commands that brought it here, 20 bytes each: see applied-commands.ts.
  commands bytea,
  -- Which batches of the outbox hold its events (events.batch.transaction).
  batches bigint[] not null default '{}',
  -- The version that a write took the place of: given with each write, compared, and never kept.
  as_read integer,
  primary key (market_id, order_id)
) partition by list (market_id);
create index progress_open on ordering.progress (market_id, order_id) where not closed;

insert into halfhour.partitioned (table_name, key_column, key_shift, options) values
  ('ordering.placement', 'order_id', 22, 'fillfactor = 100'),
  -- Room on the page for the steps to come.
  ('ordering.progress', 'order_id', 22, 'fillfactor = 50');

-- An order as one row, for people who look and for audits. No statement of the product reads it.
create view ordering.order as
select market_id, order_id, store_id, document ->> 'storeName' as store_name, shopper_id, state, version, closed,
  (document -> 'lines')::jsonb as lines, (document -> 'address')::jsonb as address,
  (document -> 'split')::jsonb as split, document ->> 'currency' as currency, total_minor, refunded_minor,
  placed_at, promise_latest, accepted_at, expected_ready_at, ready_at, picked_up_at, delivered_at, cancelled_at,
  cancel_reason, courier_id, expected_delivery_at
from ordering.placement join ordering.progress using (market_id, order_id);
