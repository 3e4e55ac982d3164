-- A refund asks what of its order is disputed: the shopper is not paid twice.
create index dispute_order on payments.dispute (market_id, order_id);
