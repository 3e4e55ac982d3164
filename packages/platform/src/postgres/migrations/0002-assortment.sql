-- What a market sells is read for every order and written rarely. Each write of it gives the market's assortment another
-- number, so that a group of placements asks for that instead of the version of each offer and each store
-- (docs/decisions/0025). By triggers of statements: whoever writes, by whatever program.
create table halfhour.assortment (
  market_id bigint primary key,
  -- The transaction that wrote last: never the same twice in the life of a server.
  number bigint not null
);

create function halfhour.renumber_assortment() returns trigger language plpgsql as $$
begin
  insert into halfhour.assortment (market_id, number)
  select distinct market_id, pg_current_xact_id()::text::bigint from written order by market_id
  on conflict (market_id) do update set number = excluded.number;
  return null;
end $$;
