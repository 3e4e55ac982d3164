-- What a payment provider has paid to the bank, booked once each. Small: about one a day and provider.
create table payments.provider_payout (
  market_id bigint not null,
  provider text not null,
  -- The provider's name for it.
  reference text not null,
  -- What the posting is about.
  payout_id bigint not null,
  paid_at timestamptz not null,
  -- What came to the bank, what the provider kept of it, what it settles of clearing.
  amount_minor bigint not null,
  fees_minor bigint not null,
  gross_minor bigint not null,
  booked_at timestamptz not null,
  primary key (market_id, provider, reference),
  check (gross_minor - fees_minor = amount_minor)
);
