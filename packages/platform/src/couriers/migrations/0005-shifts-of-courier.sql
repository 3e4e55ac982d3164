-- Couriers look at their shifts, the newest first.
create index shift_courier on couriers.shift (market_id, courier_id, shift_id);
