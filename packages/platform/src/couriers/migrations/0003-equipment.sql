-- What a courier has beyond the usual of its vehicle, and what it may do. Apart from the courier's row, which every step
-- of its work writes.
create table couriers.equipment (
  market_id bigint not null,
  courier_id bigint not null,
  -- Read and written whole.
  document jsonb not null,
  primary key (market_id, courier_id),
  foreign key (market_id, courier_id) references couriers.courier
);
