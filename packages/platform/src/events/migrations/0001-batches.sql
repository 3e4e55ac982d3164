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

-- The events of one transaction as arrays: one row and two index entries for what would be hundreds of rows with two
-- entries each (docs/decisions/0019). `seq` is the number of its last event.
create table events.batch (
  market_id bigint not null,
  seq bigint not null,
  count integer not null check (count > 0),
  -- Of the writer: by it an order finds its history. Unique in one server's life; a reader tells others by their subjects.
  transaction bigint not null,
  types text[] not null,
  -- What they happened to: the prefix of the id and its key.
  subject_kinds text[] not null,
  subjects bigint[] not null,
  ats timestamptz[] not null,
  bys text[] not null,
  data json[] not null,
  primary key (market_id, seq)
) partition by list (market_id);
create index batch_transaction on events.batch (market_id, transaction);
-- Postgres would look for what to compress in each of them, which costs more than the bytes it saves.
alter table events.batch
  alter types set storage external, alter subject_kinds set storage external, alter subjects set storage external,
  alter ats set storage external, alter bys set storage external, alter data set storage external;

insert into halfhour.partitioned (table_name, key_column, key_shift) values ('events.batch', 'seq', 12);

-- One by one, for people who look and for audits.
create view events.event as
select market_id, seq - count + n as seq, type, subject_kind, subject, at, by, event.data
from events.batch,
  unnest(types, subject_kinds, subjects, ats, bys, data) with ordinality
    as event (type, subject_kind, subject, at, by, data, n);

-- Where each named reader is. A reader that handles events in a transaction moves its place in the same one.
create table events.reader (
  market_id bigint not null,
  name text not null,
  seq bigint not null,
  primary key (market_id, name)
);
