-- What a provider says no to for good is not asked for ever: it ends in a state of its own, and in the queue of
-- exceptions for a person. The same queue takes what reconciliation finds. A challenge waits for the shopper.
alter table payments.payment drop constraint payment_state_check;
alter table payments.payment add constraint payment_state_check check (state in
  ('authorising', 'challenged', 'authorised', 'declined', 'capture_due', 'captured', 'capture_refused',
   'void_due', 'voided', 'void_refused'));

-- Where the shopper completes a challenge, and the provider's token of it.
alter table payments.payment add column challenge jsonb;

drop index payments.payment_due;
create index payment_due on payments.payment (market_id, next_attempt_at)
  where state in ('authorising', 'challenged', 'capture_due', 'void_due');

-- What was settled in a span of time, for reconciliation: rows change near where they were inserted, so the ranges
-- of blocks are narrow, and the index costs nothing that shows.
create index payment_settled on payments.payment using brin (updated_at) with (pages_per_range = 32, autosummarize = on);

alter table payments.refund drop constraint refund_state_check;
alter table payments.refund add constraint refund_state_check check (state in ('due', 'done', 'refused'));
alter table payments.refund add column done_at timestamptz;
create index refund_done on payments.refund (market_id, done_at) where state = 'done';
create index refund_order on payments.refund (market_id, order_id);

create table payments.exception (
  market_id bigint not null,
  exception_id bigint not null,
  kind text not null,
  -- What it is about, by the words of whoever found it: found again, it is the same exception.
  subject text not null,
  provider text not null,
  order_id bigint,
  refund_id bigint,
  -- What our books say and what the provider says, in minor units.
  ours_minor bigint,
  theirs_minor bigint,
  detail text not null,
  state text not null default 'open' check (state in ('open', 'resolved')),
  found_at timestamptz not null,
  seen_at timestamptz not null,
  resolution text,
  reason text,
  resolved_by text,
  resolved_at timestamptz,
  primary key (market_id, exception_id),
  unique (market_id, kind, subject),
  -- Who resolves says how, why and who.
  check (state = 'open' or (resolution is not null and reason is not null and resolved_by is not null
    and resolved_at is not null))
);
create index exception_open on payments.exception (market_id, exception_id) where state = 'open';

-- What the embedded provider has done, in its own words: the other side of a reconciliation where no real provider is
-- connected. Written only where the installation says so. refund_id is 0 where it is no refund.
create table payments.test_operation (
  market_id bigint not null,
  payment_id bigint not null,
  kind text not null check (kind in ('capture', 'void', 'refund')),
  refund_id bigint not null,
  amount_minor bigint not null,
  at timestamptz not null,
  primary key (market_id, payment_id, kind, refund_id)
);
create index test_operation_at on payments.test_operation (market_id, at, payment_id, kind, refund_id);

-- Up to which moment each provider's list has been compared with our books.
create table payments.reconciled (
  market_id bigint not null,
  provider text not null,
  up_to timestamptz not null,
  primary key (market_id, provider)
);
