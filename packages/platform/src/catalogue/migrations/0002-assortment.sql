-- Offers and articles are of the assortment of their market: see halfhour.assortment (postgres/migrations/0002-assortment.sql).
create trigger article_inserted after insert on catalogue.article
  referencing new table as written for each statement execute function halfhour.renumber_assortment();
create trigger article_updated after update on catalogue.article
  referencing new table as written for each statement execute function halfhour.renumber_assortment();
create trigger article_deleted after delete on catalogue.article
  referencing old table as written for each statement execute function halfhour.renumber_assortment();
create trigger offer_inserted after insert on catalogue.offer
  referencing new table as written for each statement execute function halfhour.renumber_assortment();
create trigger offer_updated after update on catalogue.offer
  referencing new table as written for each statement execute function halfhour.renumber_assortment();
create trigger offer_deleted after delete on catalogue.offer
  referencing old table as written for each statement execute function halfhour.renumber_assortment();

insert into halfhour.assortment (market_id, number)
select distinct market_id, pg_current_xact_id()::text::bigint from catalogue.offer
on conflict (market_id) do nothing;
