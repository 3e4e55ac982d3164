-- Who may sign in, and as what. The one schema whose tables are not local to a market: a person shops in
-- any market and may hold grants in several, so the keys are those of the user. Secrets are never stored:
-- passwords as scrypt in PHC format, tokens as SHA-256 (they are 256 random bits, so a fast hash is enough).
create schema identity;

create table identity.user_account (
  user_id bigint primary key,
  name text not null,
  email text,
  -- Trimmed and in lower case: what must be unique and is looked up.
  email_key text unique,
  password_hash text,
  created_at timestamptz not null
);

create table identity.user_grant (
  user_id bigint not null,
  number smallint not null,
  role text not null check (role in ('shopper', 'merchant', 'courier', 'operator', 'admin')),
  market_id bigint,
  merchant_id bigint,
  courier_id bigint,
  primary key (user_id, number),
  -- A grant that names nothing would match nothing or, misread, everything.
  check (role not in ('merchant', 'courier', 'operator') or market_id is not null),
  check ((role = 'merchant') = (merchant_id is not null)),
  check ((role = 'courier') = (courier_id is not null))
);

create table identity.session (
  token_hash bytea primary key,
  user_id bigint not null,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index session_expiry on identity.session (expires_at);

create table identity.api_key (
  api_key_id bigint primary key,
  user_id bigint not null,
  name text not null,
  token_hash bytea not null unique,
  last_four text not null,
  created_at timestamptz not null,
  revoked_at timestamptz
);
create index api_key_user on identity.api_key (user_id, api_key_id);

create table identity.sign_in_link (
  token_hash bytea primary key,
  user_id bigint not null,
  expires_at timestamptz not null
);
create index sign_in_link_expiry on identity.sign_in_link (expires_at);
