-- When a scheduled order is to be begun; null for all others. A column beside the document, because the day's figures
-- count from it.
alter table ordering.placement add column prepare_at timestamptz;

create or replace view ordering.order as
select market_id, order_id, store_id, document ->> 'storeName' as store_name, shopper_id, state, version, closed,
  (document -> 'lines')::jsonb as lines, (document -> 'address')::jsonb as address,
  (document -> 'split')::jsonb as split, document ->> 'currency' as currency, total_minor, refunded_minor,
  placed_at, promise_latest, accepted_at, expected_ready_at, ready_at, picked_up_at, delivered_at, cancelled_at,
  cancel_reason, courier_id, expected_delivery_at, prepare_at
from ordering.placement join ordering.progress using (market_id, order_id);
