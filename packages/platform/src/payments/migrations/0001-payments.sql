-- One payment an order, of the order's key. What the provider has still to be asked is a state of the row, so work
-- survives a crash; a partial index finds it.
create schema payments;

create table payments.payment (
  market_id bigint not null,
  order_id bigint not null,
  provider text not null,
  method text not null,
  currency text not null,
  amount_minor bigint not null check (amount_minor >= 0),
  state text not null check (state in
    ('authorising', 'authorised', 'declined', 'capture_due', 'captured', 'void_due', 'voided')),
  captured_minor bigint not null default 0,
  -- The provider's own name for it; known once it has answered.
  provider_reference text,
  created_at timestamptz not null,
  -- An authorisation that has no answer by then is given up.
  expires_at timestamptz not null,
  updated_at timestamptz not null,
  attempts integer not null default 0,
  next_attempt_at timestamptz not null,
  primary key (market_id, order_id)
) partition by list (market_id);
create index payment_due on payments.payment (market_id, next_attempt_at)
  where state in ('authorising', 'capture_due', 'void_due');

insert into halfhour.partitioned (table_name, key_column, key_shift, options) values
  ('payments.payment', 'order_id', 22, 'fillfactor = 70');

create table payments.refund (
  market_id bigint not null,
  refund_id bigint not null,
  order_id bigint not null,
  amount_minor bigint not null check (amount_minor > 0),
  state text not null check (state in ('due', 'done')),
  created_at timestamptz not null,
  attempts integer not null default 0,
  next_attempt_at timestamptz not null,
  primary key (market_id, refund_id)
);
create index refund_due on payments.refund (market_id, next_attempt_at) where state = 'due';
