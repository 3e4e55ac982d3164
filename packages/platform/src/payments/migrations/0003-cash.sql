-- Cash on delivery. Who may pay in cash and how much a courier may hold is a policy, kept by version; what couriers bring
-- in is recorded by an operator. How much a courier holds is the balance of an account of the ledger, and nowhere else.
create table payments.cash_policy (
  market_id bigint not null,
  version integer not null,
  order_limit_minor bigint not null check (order_limit_minor >= 0),
  float_limit_minor bigint not null check (float_limit_minor >= 0),
  set_by text not null,
  set_at timestamptz not null,
  primary key (market_id, version)
);

create table payments.cash_deposit (
  market_id bigint not null,
  deposit_id bigint not null,
  courier_id bigint not null,
  amount_minor bigint not null check (amount_minor > 0),
  note text,
  recorded_by text not null,
  at timestamptz not null,
  primary key (market_id, deposit_id)
);
create index cash_deposit_courier on payments.cash_deposit (market_id, courier_id, deposit_id);
