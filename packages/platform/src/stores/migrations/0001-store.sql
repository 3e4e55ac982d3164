-- Merchants and stores. Zone and hours are documents: they are always read whole and decided in the code, where
-- they can be tested. The bounding box of the zone is kept beside it so that "who delivers to this place?"
-- reads few rows.
create schema stores;

create table stores.merchant (
  market_id bigint not null,
  merchant_id bigint not null,
  name text not null,
  primary key (market_id, merchant_id)
);

create table stores.store (
  market_id bigint not null,
  store_id bigint not null,
  merchant_id bigint not null,
  name text not null,
  kind text not null
    check (kind in ('restaurant', 'shop', 'pharmacy', 'lightning_warehouse', 'front_warehouse')),
  status text not null check (status in ('open', 'paused', 'closed')),
  address_label text not null,
  lat double precision not null,
  lng double precision not null,
  address_note text,
  hours jsonb not null,
  zone jsonb not null,
  zone_south double precision not null,
  zone_west double precision not null,
  zone_north double precision not null,
  zone_east double precision not null,
  preparation_seconds integer not null check (preparation_seconds >= 0),
  minimum_order_minor bigint not null check (minimum_order_minor >= 0),
  primary key (market_id, store_id),
  foreign key (market_id, merchant_id) references stores.merchant
);
create index store_merchant on stores.store (market_id, merchant_id);
