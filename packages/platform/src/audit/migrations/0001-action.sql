-- What people did with money: who, as what, when, why, and what it was before and after. Only ever added to, which the
-- database holds by itself: whoever could change this table could hide what the others tell.
create schema audit;

create table audit.action (
  market_id bigint not null,
  action_id bigint not null,
  at timestamptz not null,
  user_id bigint not null,
  role text not null,
  kind text not null check (kind ~ '^[a-z_]{3,60}$'),
  subject_kind text not null,
  subject bigint not null,
  order_id bigint,
  amount_minor bigint,
  reason text not null check (length(reason) between 1 and 2000),
  -- As the people of support read it, never searched.
  before json,
  after json,
  request_id text not null,
  primary key (market_id, action_id)
);
create index action_time on audit.action (market_id, at, action_id);
create index action_order on audit.action (market_id, order_id, at, action_id) where order_id is not null;
create index action_user on audit.action (market_id, user_id, at, action_id);

create function audit.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the audit trail is only ever added to' using errcode = 'check_violation';
end $$;

create trigger action_immutable before update or delete or truncate on audit.action
  for each statement execute function audit.refuse_change();
