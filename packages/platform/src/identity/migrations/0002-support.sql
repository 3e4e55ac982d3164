-- People who help shoppers within limits, and may do nothing else in a market (docs/decisions). The constraints are made
-- anew under their names, so that the old version, which knows no such role, goes on.
alter table identity.user_grant
  drop constraint user_grant_role_check,
  drop constraint user_grant_check,
  add constraint user_grant_role_check
    check (role in ('shopper', 'merchant', 'courier', 'support', 'operator', 'admin')),
  add constraint user_grant_check check (role not in ('merchant', 'courier', 'support', 'operator') or market_id is not null);
