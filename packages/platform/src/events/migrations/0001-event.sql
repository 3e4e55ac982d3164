-- The outbox: every change of state writes its event in the same transaction.
-- A market's events are numbered under a lock that is held to the commit, so they become visible in the order
-- of their numbers: a reader that has seen number 8 will never find a new number 7 (docs/decisions/0010).
create schema events;

create table events.event (
  market_id bigint not null,
  seq bigint generated always as identity,
  type text not null,
  subject text not null,
  at timestamptz not null,
  by text not null,
  data jsonb not null,
  primary key (market_id, seq)
);
create index event_subject on events.event (market_id, subject, seq);

-- Where each named reader is. A reader that handles events in a transaction moves its place in the same one.
create table events.reader (
  market_id bigint not null,
  name text not null,
  seq bigint not null,
  primary key (market_id, name)
);
