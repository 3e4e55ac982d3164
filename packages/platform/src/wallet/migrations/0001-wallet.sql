-- Stored value of shoppers. How much somebody has is the balance of their account in the ledger and is kept nowhere else;
-- here is what orders hold of it, what of it expires, and a statement of what came and went.
create schema wallet;

-- The row whose lock whoever moves a wallet holds to the end of the transaction; made at the first movement.
create table wallet.holder (
  market_id bigint not null,
  user_id bigint not null,
  primary key (market_id, user_id)
);

create table wallet.hold (
  market_id bigint not null,
  order_id bigint not null,
  user_id bigint not null,
  amount_minor bigint not null check (amount_minor > 0),
  state text not null check (state in ('held', 'taken', 'released')),
  taken_minor bigint not null default 0 check (taken_minor between 0 and amount_minor),
  held_at timestamptz not null,
  settled_at timestamptz,
  primary key (market_id, order_id)
);
create index hold_open on wallet.hold (market_id, user_id) where state = 'held';

-- The statement. `balance_minor` is what the ledger's balance was after it: the second guard against less than nothing.
create table wallet.movement (
  market_id bigint not null,
  user_id bigint not null,
  movement_id bigint not null,
  at timestamptz not null,
  cause text not null check (cause in ('goodwill', 'refund', 'top_up', 'order', 'expired')),
  reference_kind text not null,
  reference bigint not null,
  order_id bigint,
  amount_minor bigint not null check (amount_minor <> 0),
  balance_minor bigint not null check (balance_minor >= 0),
  expires_at timestamptz,
  primary key (market_id, user_id, movement_id)
);
-- What a retry finds: each cause moves a wallet once for each thing that it is about.
create unique index movement_once on wallet.movement (market_id, reference, cause);

-- What is left of credit that expires; spent before all else, the soonest to expire first.
create table wallet.expiring (
  market_id bigint not null,
  user_id bigint not null,
  movement_id bigint not null,
  left_minor bigint not null check (left_minor >= 0),
  expires_at timestamptz not null,
  primary key (market_id, user_id, movement_id)
);
create index expiring_due on wallet.expiring (market_id, expires_at) where left_minor > 0;

-- What must hold when a wallet was moved: the ledger covers what is held. Asked just before the commit, after balances
-- were written, under the lock of the holders.
create function wallet.require_covered(market bigint, users bigint[], codes text[]) returns void language plpgsql as $$
declare
  short bigint;
begin
  select holder.user_id into short
  from unnest(users, codes) as holder (user_id, code)
  left join ledger.account on account.market_id = market and account.code = holder.code
  left join ledger.balance on balance.market_id = market and balance.account_id = account.account_id
  where -coalesce(balance.amount_minor, 0) < (
    select coalesce(sum(hold.amount_minor), 0) from wallet.hold
    where hold.market_id = market and hold.user_id = holder.user_id and hold.state = 'held')
  limit 1;
  if found then
    raise exception 'the wallet of % does not cover what is held of it', short using errcode = 'check_violation';
  end if;
end $$;
