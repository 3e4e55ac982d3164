-- In a sandbox nothing moves by itself: no dispatcher works there, and integrators drive its orders.
alter table markets.market add column sandbox boolean not null default false;
