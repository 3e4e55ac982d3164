-- The outbox: every change of state writes its event in the same transaction.
-- A market's events get their numbers under the lock of its head, which is held to the commit, so they become
-- visible in the order of their numbers: a reader that has seen number 8 will never find a new number 7
-- (docs/decisions/0010). A number is at least the milliseconds of the database's clock times 4,096, so that a month
-- is a range of numbers.
create schema events;

create table events.head (
  market_id bigint primary key,
  seq bigint not null
) with (fillfactor = 10);

create table events.event (
  market_id bigint not null,
  seq bigint not null,
  type text not null,
  -- What it happened to: the prefix of the id and its key.
  subject_kind text not null,
  subject bigint not null,
  at timestamptz not null,
  by text not null,
  data json,
  primary key (market_id, seq)
) partition by list (market_id);
create index event_subject on events.event (market_id, subject, seq);

insert into halfhour.partitioned (table_name, key_column, key_shift) values ('events.event', 'seq', 12);

-- Where each named reader is. A reader that handles events in a transaction moves its place in the same one.
create table events.reader (
  market_id bigint not null,
  name text not null,
  seq bigint not null,
  primary key (market_id, name)
);
