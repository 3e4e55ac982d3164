-- What merchants and couriers are owed, settled in runs. The ledger says what is owed; these tables say which settlement
-- has which posting. A posting is copied once, as an entry, and an entry is in one settlement at most: nothing falls
-- between two runs or into two, whatever order transactions commit in.
create schema settlements;

-- Whoever collects, settles or holds in a market holds this row.
create table settlements.collector (
  market_id bigint primary key,
  -- The newest transaction that was collected. Ids rise with time, but commit in any order.
  newest bigint not null default 0,
  policy jsonb not null
);

-- An account of the ledger on which a payee is owed. Amounts here are positive where the payee is owed.
create table settlements.account (
  market_id bigint not null,
  account_id bigint not null,
  code text not null,
  payee_kind text not null check (payee_kind in ('mer', 'cou')),
  payee bigint not null,
  -- The sum of its entries: equal to the balance in the ledger, or something is missing.
  collected_minor bigint not null default 0,
  -- Of approved settlements, what they did not pay out.
  carried_minor bigint not null default 0,
  primary key (market_id, account_id)
);

create table settlements.entry (
  market_id bigint not null,
  account_id bigint not null,
  transaction_id bigint not null,
  kind text not null,
  reference_kind text not null,
  reference bigint not null,
  posted_at timestamptz not null,
  amount_minor bigint not null,
  -- What the platform kept as commission in the same transaction, less what it gave back.
  commission_minor bigint not null,
  settlement_id bigint,
  primary key (market_id, account_id, transaction_id)
) with (fillfactor = 80);
-- A payout is no entry to be settled: it is what a settlement ends in.
create index entry_waiting on settlements.entry (market_id, account_id)
  where settlement_id is null and kind <> 'payout';
create index entry_settled on settlements.entry (market_id, settlement_id, transaction_id)
  where settlement_id is not null;

create table settlements.run (
  market_id bigint not null,
  run_id bigint not null,
  payees text not null check (payees in ('merchants', 'couriers')),
  state text not null check (state in ('open', 'approved', 'discarded')),
  up_to timestamptz not null,
  -- The day of a run by schedule: two processes start one run.
  day date,
  started_at timestamptz not null,
  started_by text not null,
  closed_at timestamptz,
  closed_by text,
  settlements integer not null,
  payout_minor bigint not null,
  primary key (market_id, run_id)
);
create unique index run_open on settlements.run (market_id, payees) where state = 'open';
create unique index run_day on settlements.run (market_id, payees, day) where state <> 'discarded';

create table settlements.settlement (
  market_id bigint not null,
  settlement_id bigint not null,
  run_id bigint not null,
  payee_kind text not null,
  payee bigint not null,
  opening_minor bigint not null,
  lines integer not null,
  lines_minor bigint not null,
  payout_minor bigint not null check (payout_minor >= 0),
  closing_minor bigint not null,
  carried_because text check (carried_because in ('nothing_due', 'below_minimum', 'no_bank_account')),
  held_minor bigint not null,
  commission_minor bigint not null,
  -- By account: what it opened with, its lines, what of it is paid out.
  parts jsonb not null,
  primary key (market_id, settlement_id),
  check (opening_minor + lines_minor - payout_minor = closing_minor)
);
create index settlement_run on settlements.settlement (market_id, run_id, settlement_id);
create index settlement_payee on settlements.settlement (market_id, payee, settlement_id);

create table settlements.hold (
  market_id bigint not null,
  order_id bigint not null,
  reason text not null,
  held_at timestamptz not null,
  held_by text not null,
  primary key (market_id, order_id)
);

create table settlements.bank_account (
  market_id bigint not null,
  payee_kind text not null,
  payee bigint not null,
  account jsonb not null,
  changed_at timestamptz not null,
  changed_by text not null,
  primary key (market_id, payee_kind, payee)
);

create table settlements.payout (
  market_id bigint not null,
  payout_id bigint not null,
  run_id bigint not null,
  settlement_id bigint not null,
  payee_kind text not null,
  payee bigint not null,
  state text not null check (state in ('due', 'sent', 'paid', 'failed')),
  amount_minor bigint not null check (amount_minor > 0),
  -- As it was when the run was approved.
  account jsonb not null,
  by_file boolean not null,
  created_at timestamptz not null,
  settled_at timestamptz,
  failure text,
  primary key (market_id, payout_id),
  unique (market_id, settlement_id)
);
create index payout_open on settlements.payout (market_id, payout_id) where state in ('due', 'sent');
create index payout_run on settlements.payout (market_id, run_id, payout_id);
