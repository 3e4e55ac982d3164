-- Articles and offers. Names and options are documents: always read whole with their offer. Offers are read by
-- id for every basket and by store for every shop window, and written rarely.
create schema catalogue;

create table catalogue.article (
  market_id bigint not null,
  article_id bigint not null,
  names jsonb not null,
  description jsonb,
  category text not null,
  gtin text check (gtin ~ '^([0-9]{8}|[0-9]{12,14})$'),
  tax_class text not null check (tax_class in ('standard', 'reduced', 'exempt')),
  primary key (market_id, article_id)
);
create unique index article_gtin on catalogue.article (market_id, gtin) where gtin is not null;

create table catalogue.offer (
  market_id bigint not null,
  offer_id bigint not null,
  store_id bigint not null,
  article_id bigint not null,
  price_minor bigint not null check (price_minor >= 0),
  available boolean not null,
  counts_stock boolean not null,
  option_groups jsonb not null,
  primary key (market_id, offer_id),
  unique (market_id, store_id, article_id),
  foreign key (market_id, article_id) references catalogue.article
);
create index offer_store on catalogue.offer (market_id, store_id, offer_id);
