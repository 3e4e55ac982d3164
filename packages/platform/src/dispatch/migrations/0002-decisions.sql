-- Why an order has the courier that it has: the last decision of the dispatcher about it, for whoever asks.
create table dispatch.decision (
  market_id bigint not null,
  order_id bigint not null,
  decided_at timestamptz not null,
  -- Written and read whole, never searched.
  document text not null,
  primary key (market_id, order_id)
) partition by list (market_id);

insert into halfhour.partitioned (table_name, key_column, key_shift) values
  ('dispatch.decision', 'order_id', 22);
