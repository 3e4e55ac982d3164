-- What each store has of each article it counts. Whoever sells reserves first; the checks make overselling
-- impossible whatever the code does. Room on the page keeps the frequent updates in place (HOT).
create schema inventory;

create table inventory.stock (
  market_id bigint not null,
  store_id bigint not null,
  article_id bigint not null,
  on_hand integer not null check (on_hand >= 0),
  reserved integer not null default 0 check (reserved >= 0),
  primary key (market_id, store_id, article_id),
  check (reserved <= on_hand)
) with (fillfactor = 50);

-- Every change of on_hand, so that it can be explained and checked: on_hand is the sum of its movements. A journal
-- that is only added to: no index, until somebody reads it by one.
create table inventory.movement (
  market_id bigint not null,
  -- The database's time of writing, as the high bits of a key: what months are ranges of. Not unique.
  written bigint not null,
  store_id bigint not null,
  article_id bigint not null,
  kind text not null check (kind in ('count', 'sale', 'return')),
  quantity integer not null,
  -- Of a sale or a return.
  order_id bigint,
  at timestamptz not null
) partition by list (market_id);

insert into halfhour.partitioned (table_name, key_column, key_shift) values
  ('inventory.movement', 'written', 22);
