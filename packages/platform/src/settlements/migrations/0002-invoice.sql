-- Tax invoices from the platform to its merchants, and credit notes. Tax authorities want their numbers without gaps, and
-- a sequence of Postgres leaves a gap for each transaction that fails: numbers come from a row that whoever issues holds
-- until the commit. What was issued is never changed; a credit note corrects it.
create table settlements.invoice_series (
  market_id bigint not null,
  kind text not null check (kind in ('invoice', 'credit_note')),
  -- Of the market's calendar.
  year integer not null,
  last_serial integer not null check (last_serial > 0),
  primary key (market_id, kind, year)
);

create table settlements.invoice (
  market_id bigint not null,
  invoice_id bigint not null,
  kind text not null,
  year integer not null,
  serial integer not null check (serial > 0),
  settlement_id bigint not null,
  merchant_id bigint not null,
  -- Names are those of the day of issue.
  merchant_name text not null,
  issuer jsonb not null,
  issued_at timestamptz not null,
  issued_on date not null,
  from_at timestamptz not null,
  until_at timestamptz not null,
  currency text not null,
  -- By reason and tax; of a credit note what is given back, positive.
  lines jsonb not null,
  net_minor bigint not null,
  tax_minor bigint not null,
  gross_minor bigint not null check (gross_minor >= 0),
  -- Of a credit note: the numbers of the invoices that it corrects.
  follows text[] not null,
  primary key (market_id, invoice_id),
  unique (market_id, kind, year, serial),
  unique (market_id, settlement_id),
  check (net_minor + tax_minor = gross_minor),
  check (kind = 'credit_note' or cardinality(follows) = 0)
);
create index invoice_merchant on settlements.invoice (market_id, merchant_id, invoice_id);

create function settlements.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'what was invoiced is corrected by a credit note, never changed' using errcode = 'check_violation';
end $$;

create trigger invoice_immutable before update or delete or truncate on settlements.invoice
  for each statement execute function settlements.refuse_change();
