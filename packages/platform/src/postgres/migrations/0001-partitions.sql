-- Tables that grow with every order are partitioned by market, and within a market by month of their key: keys
-- hold the time in their high bits (see kernel/ids), so a month is a range of keys. A statement that names its
-- market and the range of its keys touches one small table; an old month can be detached as a whole; a market can
-- be moved as a whole. The months up to `reach` exist for each market.
create schema if not exists halfhour;

create table halfhour.partitioned (
  -- 'schema.table', partitioned by list (market_id).
  table_name text primary key,
  -- What months are ranges of, and how many bits it has below the milliseconds.
  key_column text not null,
  key_shift smallint not null,
  -- Storage parameters of the leaves.
  options text not null default 'fillfactor = 100'
);

create table halfhour.partition_reach (
  market_id bigint not null,
  table_name text not null references halfhour.partitioned,
  -- Exclusive; UTC.
  reach date not null,
  primary key (market_id, table_name)
);

-- The first key of a moment.
create function halfhour.key_at(at date, shift smallint) returns bigint language sql immutable as $$
  select ((extract(epoch from at)::bigint * 1000 - 1704067200000) << shift)
$$;

-- Makes the partitions of a market up to the end of the month of `until`; does nothing where they are there. The
-- first month of a table takes everything before it too. Attaching holds up neither readers nor writers.
create function halfhour.ensure_partitions(market bigint, until date) returns void language plpgsql as $$
declare
  wanted date := date_trunc('month', until)::date + interval '1 month';
  kind record;
  parent text;
  leaf text;
  month date;
  lower text;
begin
  -- One at a time, so that two processes may start at once.
  perform pg_advisory_xact_lock(hashtext('halfhour.ensure_partitions'));
  for kind in
    select p.*, r.reach
    from halfhour.partitioned as p
    left join halfhour.partition_reach as r on r.market_id = market and r.table_name = p.table_name
    where r.reach is null or r.reach < wanted
    order by p.table_name
  loop
    parent := kind.table_name || '_m' || to_hex(market);
    month := kind.reach;
    if month is null then
      -- Last month as well, so that clocks that differ by a little do not meet at the edge of a new table.
      month := date_trunc('month', least(until, current_date))::date;
      execute format('create table %s (like %s including all) partition by range (%I)', parent, kind.table_name,
        kind.key_column);
      execute format('alter table %s attach partition %s for values in (%s)', kind.table_name, parent, market);
    end if;
    while month < wanted loop
      leaf := parent || to_char(month, '"_y"YYYY"m"MM');
      lower := case when kind.reach is null and to_regclass(leaf) is null
          and not exists (select from pg_inherits where inhparent = parent::regclass)
        then 'minvalue' else halfhour.key_at(month, kind.key_shift)::text end;
      month := month + interval '1 month';
      execute format('create table %s (like %s including all) with (%s)', leaf, parent, kind.options);
      execute format('alter table %s attach partition %s for values from (%s) to (%s)', parent, leaf, lower,
        halfhour.key_at(month, kind.key_shift));
    end loop;
    insert into halfhour.partition_reach (market_id, table_name, reach) values (market, kind.table_name, wanted)
    on conflict (market_id, table_name) do update set reach = excluded.reach;
  end loop;
end $$;

-- The transaction that asks, by the number that Postgres gives it: known before its events have theirs.
create function halfhour.transaction() returns bigint language sql stable as $$
  select pg_current_xact_id()::text::bigint
$$;

-- What a statement that is sent without waiting for it must have done for its transaction to commit: raised as a
-- serialization failure, so that the transaction runs again and reads what another has written meanwhile.
create function halfhour.require_rows(actual bigint, wanted bigint) returns void language plpgsql as $$
begin
  if actual <> wanted then
    raise exception 'another transaction came first: % of % rows are as they were read', actual, wanted
      using errcode = 'serialization_failure';
  end if;
end $$;
