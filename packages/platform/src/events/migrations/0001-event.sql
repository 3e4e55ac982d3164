-- The outbox: every change of state writes its event in the same transaction.
-- Readers order events by (txid, seq) and read only what no running transaction can still precede, so a
-- reader neither misses an event of a slow writer nor sees one twice, and writers never wait for each
-- other (a counter row would serialise all commits of a market).
create schema events;

create table events.event (
  market_id bigint not null,
  txid bigint not null default (pg_current_xact_id()::text::bigint),
  seq bigint generated always as identity,
  type text not null,
  subject text not null,
  at timestamptz not null,
  by text not null,
  data jsonb not null,
  primary key (market_id, txid, seq)
);
create index event_subject on events.event (market_id, subject, txid, seq);

-- Where each named reader is. A reader that handles events in a transaction moves its place in the same one.
create table events.reader (
  market_id bigint not null,
  name text not null,
  txid bigint not null,
  seq bigint not null,
  primary key (market_id, name)
);
