-- Which couriers did not take an order: it is not offered to them again.
create table delivery.decline (
  market_id bigint not null,
  order_id bigint not null,
  courier_id bigint not null,
  primary key (market_id, order_id, courier_id)
) partition by list (market_id);

insert into halfhour.partitioned (table_name, key_column, key_shift) values
  ('delivery.decline', 'order_id', 22);
