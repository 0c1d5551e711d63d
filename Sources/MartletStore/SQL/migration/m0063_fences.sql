-- What crosses on its way is told from what holds: sessions that were closed, deployments and pools that are gone.

ALTER TABLE session
  -- Its holder has left: heartbeats that were on their way do not bring it back, only opening it again does.
  ADD COLUMN is_closed boolean NOT NULL DEFAULT false;

ALTER TABLE run_deployment
  -- The name of the worker that had the run last, kept when the run ends; null for none.
  ADD COLUMN worker text;

CREATE INDEX deployment_limited ON deployment (id) WHERE concurrency_limit IS NOT NULL;

-- MA003 is the program's own SQLSTATE for a run of a deployment that is gone, or whose pool is, or which waits for a backfill
-- that has ended.
CREATE FUNCTION refuse_homeless(run_id uuid) RETURNS uuid LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the deployment of run %, or its pool, was deleted, or its backfill has ended', run_id USING ERRCODE = 'MA003';
END $$;

-- MA004 is that for an offer of a run whose hold was given back meanwhile: others may have its slots.
CREATE FUNCTION refuse_offer(run_id uuid) RETURNS smallint LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'run % was not offered in time', run_id USING ERRCODE = 'MA004';
END $$;
