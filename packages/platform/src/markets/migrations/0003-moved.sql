-- Where a market went that is served from another database now; null for those that are here. Never a secret.
alter table markets.market add column moved_to text;
