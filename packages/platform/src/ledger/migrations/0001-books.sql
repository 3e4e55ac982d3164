-- Double-entry ledger. Amounts are signed minor units: debits positive, credits negative, and the postings
-- of a transaction add up to zero. Transactions are only ever inserted: a mistake is mended by another one.
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

-- The sum of an account's postings, written in the transaction that posts them: once for each account of a group.
create table ledger.balance (
  market_id bigint not null,
  account_id bigint not null,
  amount_minor bigint not null,
  primary key (market_id, account_id)
) with (fillfactor = 25);

-- A transaction with its postings as arrays: one row and two index entries for what would be seven rows and
-- fifteen entries for the sale of an order (docs/decisions/0014).
create table ledger.transaction (
  market_id bigint not null,
  transaction_id bigint not null,
  kind text not null,
  -- What it is about: an order, a route, a payout. One transaction of a kind for each.
  reference_kind text not null,
  reference bigint not null,
  posted_at timestamptz not null,
  account_ids bigint[] not null,
  amounts_minor bigint[] not null,
  primary key (market_id, reference, kind)
) partition by list (market_id);
create index transaction_id on ledger.transaction (market_id, transaction_id);

insert into halfhour.partitioned (table_name, key_column, key_shift) values
  ('ledger.transaction', 'reference', 22);

create view ledger.posting as
select market_id, transaction_id, line, account_id, amount_minor
from ledger.transaction, unnest(account_ids, amounts_minor) with ordinality as posting (account_id, amount_minor, line);

-- The second guard behind the one in the code: whoever writes transactions, each must balance. A statement
-- trigger sees a group of hundreds at once.
create function ledger.require_balance() returns trigger language plpgsql as $$
declare
  unbalanced bigint;
begin
  select transaction_id into unbalanced
  from written
  where (select sum(amount) from unnest(amounts_minor) as amount) is distinct from 0
    or cardinality(amounts_minor) <> cardinality(account_ids)
  limit 1;
  if found then
    raise exception 'transaction % does not balance', unbalanced using errcode = 'check_violation';
  end if;
  return null;
end $$;

create trigger transaction_balance after insert on ledger.transaction
  referencing new table as written
  for each statement execute function ledger.require_balance();

create function ledger.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the ledger is only ever added to' using errcode = 'check_violation';
end $$;

create trigger transaction_immutable before update or delete on ledger.transaction
  for each statement execute function ledger.refuse_change();
