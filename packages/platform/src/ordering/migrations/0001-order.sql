-- Orders. Lines, address and the split of the money are documents of the order: they are written once at
-- placement and always read with it, so they are columns of it and not tables (docs/decisions/0008).
-- Few indexes: each costs a quarter to a third of the placement rate.
create schema ordering;

create table ordering.order (
  market_id bigint not null,
  order_id bigint not null,
  store_id bigint not null,
  store_name text not null,
  shopper_id bigint not null,
  state text not null check (state in
    ('pending_payment', 'placed', 'accepted', 'ready', 'picked_up', 'delivered', 'cancelled', 'refunded')),
  lines jsonb not null,
  address jsonb not null,
  -- Who gets what of the total, fixed at placement.
  split jsonb not null,
  currency text not null,
  items_minor bigint not null,
  delivery_fee_minor bigint not null,
  service_fee_minor bigint not null,
  tip_minor bigint not null,
  tax_minor bigint not null,
  total_minor bigint not null,
  refunded_minor bigint not null default 0 check (refunded_minor between 0 and total_minor),
  promise_earliest timestamptz not null,
  promise_latest timestamptz not null,
  preparation_seconds integer not null,
  payment_id bigint not null,
  delivery_code text not null,
  placed_at timestamptz not null,
  pay_until timestamptz not null,
  accepted_at timestamptz,
  expected_ready_at timestamptz,
  ready_at timestamptz,
  picked_up_at timestamptz,
  delivered_at timestamptz,
  cancelled_at timestamptz,
  cancel_reason text,
  courier_id bigint,
  expected_delivery_at timestamptz,
  -- Delivered, cancelled or refunded. No index looks at `state`, so changes of it stay on the page (HOT); this
  -- changes once in an order's life.
  closed boolean not null default false,
  primary key (market_id, order_id)
) with (fillfactor = 60);
create index order_open on ordering.order (market_id, order_id) where not closed;
create index order_shopper on ordering.order (market_id, shopper_id, order_id);
create index order_store on ordering.order (market_id, store_id, order_id);
