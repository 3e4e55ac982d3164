-- What shoppers complain of, and what is given to them for it. Amounts are minor units of the market's currency.
create schema support;

-- What the market allows its people to give; a default of the code where there is no row.
create table support.policy (
  market_id bigint primary key,
  document jsonb not null,
  changed_at timestamptz not null
);

-- Who of those with the role `support` is more than an agent, or is named one.
create table support.member (
  market_id bigint not null,
  user_id bigint not null,
  level text not null check (level in ('agent', 'lead')),
  primary key (market_id, user_id)
);

create table support.case (
  market_id bigint not null,
  case_id bigint not null,
  order_id bigint not null,
  opened_by bigint not null,
  opened_role text not null,
  kind text not null,
  lines smallint[] not null,
  text text not null check (length(text) between 1 and 2000),
  state text not null check (state in ('open', 'closed')),
  outcome text,
  answer text,
  opened_at timestamptz not null,
  closed_at timestamptz,
  primary key (market_id, case_id)
);
create index case_order on support.case (market_id, order_id, case_id);
create index case_open on support.case (market_id, case_id) where state = 'open';

create table support.compensation (
  market_id bigint not null,
  compensation_id bigint not null,
  order_id bigint not null,
  shopper_id bigint not null,
  case_id bigint,
  kind text not null check (kind in ('refund', 'goodwill')),
  amount_minor bigint not null check (amount_minor > 0),
  reason text not null,
  note text,
  -- Of a refund: which lines, fees or amount of them were asked for, so that it is the same when it is approved.
  wish json,
  state text not null check (state in ('proposed', 'given', 'rejected', 'expired')),
  -- Why a second person was needed; empty where none was.
  needs text[] not null,
  proposed_by bigint not null,
  proposed_at timestamptz not null,
  expires_at timestamptz,
  decided_by bigint,
  decided_at timestamptz,
  -- The door that it was delivered to, to about ten metres: see signals.ts.
  place text not null,
  primary key (market_id, compensation_id),
  -- Four eyes, held by Postgres as well: who needed a second person cannot have been that one.
  check (state <> 'given' or decided_by is not null),
  check (state <> 'given' or cardinality(needs) = 0 or decided_by <> proposed_by)
);
create index compensation_order on support.compensation (market_id, order_id, compensation_id);
create index compensation_proposed on support.compensation (market_id, compensation_id) where state = 'proposed';
create index compensation_shopper on support.compensation (market_id, shopper_id, decided_at) where state = 'given';
create index compensation_place on support.compensation (market_id, place, decided_at) where state = 'given';

-- What a person has given on a day of the market, so that the limit of a day holds however many requests come at once.
create table support.given (
  market_id bigint not null,
  user_id bigint not null,
  day date not null,
  amount_minor bigint not null check (amount_minor >= 0),
  primary key (market_id, user_id, day)
);
