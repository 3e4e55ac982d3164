-- Idempotency: a command's key is written in the transaction of its effect, so a retry after any crash
-- finds either both or neither.
create schema commands;

create table commands.command (
  market_id bigint not null,
  -- Of caller and key: the first 128 bits of their SHA-256.
  name uuid not null,
  -- Of method, path and body, in the same way.
  body uuid not null,
  -- What the command answered: enough to answer the same again.
  outcome json not null,
  at timestamptz not null,
  primary key (market_id, name)
);
create index command_at on commands.command using brin (at);
