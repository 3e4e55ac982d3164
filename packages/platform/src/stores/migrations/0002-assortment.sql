-- Stores are of the assortment of their market: see halfhour.assortment (postgres/migrations/0002-assortment.sql).
create trigger store_inserted after insert on stores.store
  referencing new table as written for each statement execute function halfhour.renumber_assortment();
create trigger store_updated after update on stores.store
  referencing new table as written for each statement execute function halfhour.renumber_assortment();
create trigger store_deleted after delete on stores.store
  referencing old table as written for each statement execute function halfhour.renumber_assortment();
