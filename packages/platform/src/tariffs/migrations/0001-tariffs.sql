-- What a market charges, by version: documents, always read whole, and kept in memory by each process. The first one is
-- written when a market is first started, from its policy, and holds from the beginning of time.
create schema tariffs;

create table tariffs.tariff (
  market_id bigint not null,
  version integer not null check (version > 0),
  starts_at timestamptz not null,
  document jsonb not null,
  note text,
  created_at timestamptz not null,
  -- A user, or 'policy'.
  created_by text not null,
  withdrawn_at timestamptz check (withdrawn_at < starts_at),
  primary key (market_id, version)
);

-- Orders were priced by it, or people were told that they would be: it is withdrawn before it starts, or stays as it is.
create function tariffs.keep() returns trigger language plpgsql as $$
begin
  if (new.market_id, new.version, new.starts_at, new.document)
     is distinct from (old.market_id, old.version, old.starts_at, old.document)
     or (old.withdrawn_at is not null and new.withdrawn_at is distinct from old.withdrawn_at) then
    raise exception 'tariff % of market % cannot be changed', old.version, old.market_id;
  end if;
  return new;
end $$;
create trigger keep before update on tariffs.tariff for each row execute function tariffs.keep();
