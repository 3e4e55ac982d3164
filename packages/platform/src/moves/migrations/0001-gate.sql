-- The gate in front of the tables of a market that moves to another database. Triggers on them call this function only
-- from when a move begins, so that markets that stay pay nothing.
create schema moves;

-- The lock that the mover holds while the market is paused.
create function moves.gate(market bigint) returns bigint language sql immutable as $$
  select hashtextextended('halfhour.move ' || market, 0)
$$;

-- Lets a row be written while nobody holds the gate: also when a mover has died, whose session held it. The shared lock
-- lasts until the writer's commit, so that whoever closes the gate waits for those who have passed it, and for nobody new.
create function moves.refuse_write() returns trigger language plpgsql as $$
declare
  its bigint := case when tg_op = 'DELETE' then old.market_id else new.market_id end;
  is_open boolean := pg_try_advisory_xact_lock_shared(moves.gate(its));
  gone_to text;
begin
  select moved_to into gone_to from markets.market where market_id = its;
  if gone_to is not null then
    raise exception 'the market has moved' using errcode = 'HM002', detail = gone_to;
  end if;
  if not is_open then
    raise exception 'the market is moving' using errcode = 'HM001';
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end $$;
