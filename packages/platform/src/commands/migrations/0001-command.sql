-- Idempotency: a command's key is written in the transaction of its effect, so a retry after any crash
-- finds either both or neither.
create schema commands;

create table commands.command (
  market_id bigint not null,
  caller text not null,
  key text not null,
  body_hash text not null,
  -- What the command answered: enough to answer the same again.
  outcome jsonb not null,
  at timestamptz not null,
  primary key (market_id, caller, key)
);
