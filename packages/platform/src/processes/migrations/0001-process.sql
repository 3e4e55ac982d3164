-- The processes that live on this database at the same time: which number each puts into its ids, and who does
-- the work that one process at a time should do. Both are leases by the database's own clock, so that the clocks
-- of two machines need not agree. A handful of rows, written every few seconds.
create schema processes;

create table processes.node (
  node smallint primary key check (node between 0 and 1023),
  -- Random, drawn when the process starts.
  holder text not null,
  -- Machine and process number, for people.
  about text not null,
  expires_at timestamptz not null
) with (fillfactor = 50);

create table processes.work (
  -- 0 for work that belongs to no market.
  market_id bigint not null,
  name text not null,
  holder text not null,
  expires_at timestamptz not null,
  primary key (market_id, name)
) with (fillfactor = 50);
