-- The events of a market on their way to the endpoints of integrators (docs/decisions/0015).
create schema webhooks;

-- How far the events of a market have been made into messages. Its row is the lock under which messages are
-- made and endpoints are created; there is none in a market that never had an endpoint.
create table webhooks.reader (
  market_id bigint primary key,
  seq bigint not null
);

create table webhooks.endpoint (
  market_id bigint not null,
  endpoint_id bigint not null,
  -- Whose orders' events it gets; null: all of the market.
  merchant_id bigint,
  url text not null check (length(url) between 1 and 2048),
  -- Empty: all.
  event_types text[] not null,
  enabled boolean not null,
  -- Null where a person disabled it.
  disabled_reason text check (disabled_reason in ('gone', 'failing')),
  -- The market's latest event when the endpoint was created: it gets those after.
  since_seq bigint not null,
  -- The reader passed it by from here on, since it was disabled or its queue was full. It catches up by itself.
  behind_seq bigint,
  -- The first failure since it last took a message.
  failing_since timestamptz,
  created_at timestamptz not null,
  -- It is gone for everyone; its messages are removed in bulk, then its row.
  deleted_at timestamptz,
  primary key (market_id, endpoint_id),
  check (disabled_reason is null or not enabled)
);

-- Kept apart, so that nothing that lists endpoints comes near them. They must be readable, since each message
-- is signed with them.
create table webhooks.secret (
  market_id bigint not null,
  endpoint_id bigint not null,
  secret_id bigint not null,
  secret bytea not null check (length(secret) between 24 and 64),
  -- Null for the newest; the others sign for a day after they were replaced.
  expires_at timestamptz,
  primary key (market_id, endpoint_id, secret_id),
  foreign key (market_id, endpoint_id) references webhooks.endpoint on delete cascade
);

create table webhooks.message (
  market_id bigint not null,
  message_id bigint not null,
  endpoint_id bigint not null,
  type text not null,
  -- Of the event; null for a test.
  seq bigint,
  -- The bytes that are signed and sent.
  body text not null,
  state text not null check (state in ('waiting', 'delivered', 'failed')),
  -- Attempts begun since it was made or replayed.
  attempts smallint not null,
  -- The next attempt. While one is under way: when it counts as lost with its process.
  due_at timestamptz,
  created_at timestamptz not null,
  settled_at timestamptz,
  last_status smallint,
  last_error text,
  primary key (market_id, message_id),
  -- An event is made into one message an endpoint, whatever happens.
  unique (market_id, endpoint_id, seq),
  check ((state = 'waiting') = (due_at is not null)),
  check ((state = 'waiting') = (settled_at is null))
);
-- In the order in which messages are taken, so that a taker reads as many rows as it takes.
create index message_due on webhooks.message (market_id, endpoint_id, due_at, message_id) where state = 'waiting';
create index message_of_endpoint on webhooks.message (market_id, endpoint_id, message_id);
create index message_failed on webhooks.message (market_id, endpoint_id, message_id) where state = 'failed';
create index message_settled on webhooks.message (market_id, state, settled_at) where state <> 'waiting';
