-- What carrying a piece of an article takes. Apart from the article, which is read for every basket: this is read by the
-- dispatcher alone, and known of some articles only.
create table catalogue.handling (
  market_id bigint not null,
  article_id bigint not null,
  grams integer not null check (grams >= 0),
  millilitres integer not null check (millilitres >= 0),
  keep text not null check (keep in ('ambient', 'cold', 'hot')),
  minimum_age smallint not null check (minimum_age between 0 and 99),
  primary key (market_id, article_id),
  foreign key (market_id, article_id) references catalogue.article
);
