-- A run that finds nothing to settle ends by itself: nobody would approve nothing, and an open one keeps the next from
-- starting. It is no discarded run, of which a day may have another.
alter table settlements.run
  drop constraint run_state_check,
  add constraint run_state_check check (state in ('open', 'approved', 'discarded', 'empty'));
