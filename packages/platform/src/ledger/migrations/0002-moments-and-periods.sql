-- Balances at past moments, statements of accounts, closed periods, and who caused what (docs/decisions/0026).
--
-- Transactions say by whom and why, where there is a person or a reason behind them; nulls cost them no byte.
alter table ledger.transaction add column actor text, add column reason text;

-- The entries of one account in a run of transactions, by id: (the `through` of the page run before, `through`].
-- Written in bulk, behind what is posted; read by who asks for a past moment or a statement. `earliest_at` and
-- `latest_at` are of these entries: ids follow the clock of the machine, moments that of the market.
create table ledger.page (
  market_id bigint not null,
  account_id bigint not null,
  through bigint not null,
  first_id bigint not null,
  entries int not null,
  earliest_at timestamptz not null,
  latest_at timestamptz not null,
  sum_minor bigint not null,
  transaction_ids bigint[] not null,
  posted_ats timestamptz[] not null,
  amounts_minor bigint[] not null,
  primary key (market_id, account_id, through) include (earliest_at, latest_at, sum_minor)
);
-- Long arrays stay out of the way of sums. They are not compressed: that took longer than all the rest of a roll-up.
alter table ledger.page
  alter column transaction_ids set storage external,
  alter column posted_ats set storage external,
  alter column amounts_minor set storage external;

-- How far pages go. From `promised_through` on back no transaction is taken any more; up to `rolled_through` they are in
-- pages. Of this database alone: where a market has moved to, its pages are made anew.
create table ledger.rolled (
  market_id bigint primary key,
  promised_through bigint not null,
  rolled_through bigint not null,
  check (rolled_through <= promised_through)
);

-- What finance has closed: nothing is posted before `closed_until` any more. There is no way to open it again.
create table ledger.period_close (
  market_id bigint not null,
  close_id bigint not null,
  -- The last day, of the market's calendar.
  through_day date not null,
  -- Its end.
  closed_until timestamptz not null,
  closed_at timestamptz not null,
  closed_by text not null,
  note text not null,
  primary key (market_id, closed_until)
);

create trigger period_close_immutable before update or delete on ledger.period_close
  for each statement execute function ledger.refuse_change();

-- Held shared by who posts until the commit, and alone by who closes a period or promises that ids are passed.
create function ledger.posting_lock(market bigint) returns bigint language sql immutable as $$
  select hashtextextended('halfhour.ledger.posting', market)
$$;

-- The second guard behind the one in the code: whoever writes transactions, each must balance, none may be of a closed
-- period, and none may have an id that pages have passed: that one is a serialization failure, the transaction runs again
-- and draws new ids. A statement trigger sees a group of hundreds at once.
create or replace function ledger.require_balance() returns trigger language plpgsql as $$
declare
  unbalanced bigint;
  own record;
  promised bigint;
  closed timestamptz;
begin
  select transaction_id into unbalanced
  from written
  where (select sum(amount) from unnest(amounts_minor) as amount) is distinct from 0
    or cardinality(amounts_minor) <> cardinality(account_ids)
  limit 1;
  if found then
    raise exception 'transaction % does not balance', unbalanced using errcode = 'check_violation';
  end if;
  for own in
    select market_id, min(transaction_id) as least_id, min(posted_at) as earliest_at from written group by market_id
  loop
    perform pg_advisory_xact_lock_shared(ledger.posting_lock(own.market_id));
    -- By statements of their own, which see what was committed while the lock was waited for.
    select promised_through into promised from ledger.rolled where market_id = own.market_id;
    if own.least_id <= promised then
      raise exception 'the id % is passed: a page of entries ends at %', own.least_id, promised
        using errcode = 'serialization_failure';
    end if;
    select max(closed_until) into closed from ledger.period_close where market_id = own.market_id;
    if own.earliest_at < closed then
      raise exception 'the period up to % is closed: correct it by a posting of now', closed
        using errcode = 'check_violation', constraint = 'period_closed';
    end if;
  end loop;
  return null;
end $$;

-- A period is closed when all who were posting are done, and once.
create function ledger.require_later_close() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(ledger.posting_lock(new.market_id));
  if exists (select from ledger.period_close where market_id = new.market_id and closed_until >= new.closed_until) then
    raise exception 'this period is closed already' using errcode = 'check_violation', constraint = 'period_closed';
  end if;
  return new;
end $$;

create trigger period_close_later before insert on ledger.period_close
  for each row execute function ledger.require_later_close();

-- Accounts keep their code, kind and currency, and a market has one currency: what balances, balances in each currency.
create trigger account_immutable before update or delete on ledger.account
  for each statement execute function ledger.refuse_change();

create function ledger.require_one_currency() returns trigger language plpgsql as $$
begin
  if exists (
    select from made
    -- One that was there before is enough, since those agree.
    left join lateral (
      select currency from ledger.account
      where account.market_id = made.market_id
        and not exists (select from made as other
          where other.market_id = account.market_id and other.account_id = account.account_id)
      limit 1
    ) as older on true
    group by made.market_id
    having min(made.currency) <> max(made.currency) or min(made.currency) <> min(older.currency)
  ) then
    raise exception 'all accounts of a market are in one currency' using errcode = 'check_violation';
  end if;
  return null;
end $$;

create trigger account_one_currency after insert on ledger.account
  referencing new table as made
  for each statement execute function ledger.require_one_currency();
