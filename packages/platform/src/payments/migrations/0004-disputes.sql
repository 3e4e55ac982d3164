-- Shoppers who have their bank take money back. The provider takes it from us when a dispute is opened, and gives it back
-- where it is won.
create table payments.dispute (
  market_id bigint not null,
  provider text not null,
  -- The provider's name for it.
  reference text not null,
  order_id bigint not null,
  amount_minor bigint not null check (amount_minor > 0),
  state text not null check (state in ('open', 'won', 'lost')),
  evidence_due_at timestamptz,
  opened_at timestamptz not null,
  closed_at timestamptz,
  primary key (market_id, provider, reference)
);
create index dispute_open on payments.dispute (market_id, opened_at) where state = 'open';
