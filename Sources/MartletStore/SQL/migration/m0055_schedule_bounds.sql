-- From when on the times of a schedule are of its present form, and whether anything of it is scheduled.

ALTER TABLE schedule
  -- Runs of later times that have the id of an earlier generation are leftovers.
  ADD COLUMN since timestamptz NOT NULL DEFAULT 'epoch',
  -- It, or its deployment, is paused.
  ADD COLUMN is_held boolean NOT NULL DEFAULT false;

CREATE INDEX backfill_deployment ON backfill (deployment_id, id);
CREATE INDEX backfill_schedule ON backfill (schedule_id) WHERE state = 1;
