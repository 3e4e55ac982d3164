-- Couriers on shift may take a break: no new work, and time that the hourly guarantee does not count.
alter table couriers.courier
  -- Wanted or running; it runs once the work in hand is done.
  add column on_break boolean not null default false,
  -- Since when it runs.
  add column break_since timestamptz;

-- Breaks of the shift that are over.
alter table couriers.shift add column break_ms bigint not null default 0;
