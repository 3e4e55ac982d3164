-- Who dispatches a market. One row a market, taken and renewed by the database's own clock, so that the
-- clocks of two machines need not agree. The token rises with each new holder; delivery refuses older ones.
create schema dispatch;

create table dispatch.lease (
  market_id bigint primary key,
  holder text not null,
  fencing_token bigint not null,
  expires_at timestamptz not null
);
