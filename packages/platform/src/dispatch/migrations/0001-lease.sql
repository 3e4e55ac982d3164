-- A market has one mind: the process that holds its lease dispatches it. Expiry is told by this database's
-- clock alone, so the clocks of processes need not agree. The token rises with each change of hands; delivery
-- refuses what an earlier holder sends late (delivery.fence).
create schema dispatch;

create table dispatch.lease (
  market_id bigint primary key,
  holder text not null,
  fencing_token bigint not null,
  expires_at timestamptz not null
);
