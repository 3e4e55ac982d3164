-- Approving a run of settlements or naming a bank account asks nobody why; a reason that nobody gave is absent, not made up.
alter table audit.action alter column reason drop not null;
