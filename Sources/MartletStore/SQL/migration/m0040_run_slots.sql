-- Slots that runs hold and wait for: leases and places of their own, at most one of a run.

-- Set with the epoch of the run where a run needs the slots to be RUNNING.
ALTER TABLE limit_lease ADD run_epoch natural_number;
ALTER TABLE limit_waiter ADD run_epoch natural_number;

-- Null: as long as the run goes on, which its session vouches for.
ALTER TABLE limit_lease ALTER expire_time DROP NOT NULL,
  ADD CONSTRAINT limit_lease_expires CHECK (expire_time IS NOT NULL OR run_epoch IS NOT NULL);

CREATE UNIQUE INDEX limit_lease_of_run ON limit_lease (run_id) WHERE run_epoch IS NOT NULL AND end_time IS NULL;
CREATE UNIQUE INDEX limit_waiter_of_run ON limit_waiter (run_id) WHERE run_epoch IS NOT NULL;
-- What programs hold or wait for on behalf of a run.
CREATE INDEX limit_lease_run ON limit_lease (run_id) WHERE run_id IS NOT NULL AND end_time IS NULL;
CREATE INDEX limit_waiter_run ON limit_waiter (run_id) WHERE run_id IS NOT NULL;
