-- When a position was written, by the database's clock: other processes read what was written since they last
-- looked. Not indexed: an index on what changes with every write would end updates in place (HOT), and a market's
-- positions are a short range of the primary key.
alter table couriers.position add column written_at timestamptz not null default clock_timestamp();
