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
) with (fillfactor = 70);

-- Every change of on_hand, so that it can be explained and checked: on_hand is the sum of its movements.
create table inventory.movement (
  market_id bigint not null,
  movement_id bigint generated always as identity,
  store_id bigint not null,
  article_id bigint not null,
  kind text not null check (kind in ('count', 'sale', 'return')),
  quantity integer not null,
  reference text not null,
  at timestamptz not null,
  primary key (market_id, movement_id)
);
