-- Double-entry ledger. Amounts are signed minor units: debits positive, credits negative, and the postings
-- of a transaction add up to zero. Rows are only ever inserted: a mistake is mended by another transaction.
create schema ledger;

create table ledger.account (
  market_id bigint not null,
  account_id bigint not null,
  code text not null,
  kind text not null check (kind in ('asset', 'liability', 'income', 'expense')),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  primary key (market_id, account_id),
  unique (market_id, code)
);

create table ledger.transaction (
  market_id bigint not null,
  transaction_id bigint not null,
  kind text not null,
  -- What it is about: an order, a route, a payout. One transaction of a kind for each reference.
  reference text not null,
  order_id bigint,
  posted_at timestamptz not null,
  primary key (market_id, transaction_id),
  unique (market_id, reference, kind)
);
create index transaction_order on ledger.transaction (market_id, order_id) where order_id is not null;

create table ledger.posting (
  market_id bigint not null,
  transaction_id bigint not null,
  line smallint not null,
  account_id bigint not null,
  amount_minor bigint not null check (amount_minor <> 0),
  primary key (market_id, transaction_id, line)
);
create index posting_account on ledger.posting (market_id, account_id) include (amount_minor);

-- The second guard behind the one in the code: whoever writes postings, each transaction among the rows of
-- a statement must balance. A statement trigger sees a group of hundreds at once and costs one aggregate.
create function ledger.require_balance() returns trigger language plpgsql as $$
declare
  unbalanced bigint;
begin
  select transaction_id into unbalanced
  from written
  group by market_id, transaction_id
  having sum(amount_minor) <> 0
  limit 1;
  if found then
    raise exception 'transaction % does not balance', unbalanced using errcode = 'check_violation';
  end if;
  return null;
end $$;

create trigger posting_balance after insert on ledger.posting
  referencing new table as written
  for each statement execute function ledger.require_balance();

create function ledger.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the ledger is only ever added to' using errcode = 'check_violation';
end $$;

create trigger posting_immutable before update or delete on ledger.posting
  for each statement execute function ledger.refuse_change();
create trigger transaction_immutable before update or delete on ledger.transaction
  for each statement execute function ledger.refuse_change();
