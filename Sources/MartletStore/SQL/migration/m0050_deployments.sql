-- What to run, with which parameters: deployments and their versions; and which run came of which.

-- Etags are never given twice, so that one of a deployment that is gone is not that of another with its name.
CREATE SEQUENCE deployment_etag;

CREATE TABLE deployment (
  id                  uuid PRIMARY KEY,
  namespace           filled_name NOT NULL,
  flow                filled_name NOT NULL,
  name                filled_name NOT NULL,
  description         text NOT NULL DEFAULT '',
  labels              json_object NOT NULL DEFAULT '{}',
  is_paused           boolean NOT NULL DEFAULT false,
  -- The current version, and the highest number given so far.
  version             positive_number NOT NULL,
  last_version        positive_number NOT NULL CHECK (last_version >= version),
  -- Of the current version: what the dispatcher and lists look at.
  pool_id             uuid NOT NULL,
  queue_id            uuid NOT NULL,
  tags                text[] NOT NULL DEFAULT '{}',
  -- Null: any number.
  concurrency_limit   positive_number,
  -- 1 enqueue, 2 cancel new.
  collision_strategy  smallint NOT NULL DEFAULT 1 CHECK (collision_strategy IN (1, 2)),
  created_by          filled_text NOT NULL,
  updated_by          filled_text NOT NULL,
  create_time         timestamptz NOT NULL,
  update_time         timestamptz NOT NULL CHECK (update_time >= create_time),
  etag                positive_number NOT NULL DEFAULT nextval('deployment_etag'),
  UNIQUE (namespace, flow, name)
);
CREATE INDEX deployment_pool ON deployment (pool_id);
CREATE INDEX deployment_bound ON deployment (pool_id) WHERE concurrency_limit IS NOT NULL OR is_paused;
CREATE INDEX deployment_tags ON deployment USING gin (tags);
CREATE INDEX deployment_labels ON deployment USING gin (labels jsonb_path_ops);

CREATE TABLE deployment_version (
  deployment_id  uuid NOT NULL,
  number         positive_number NOT NULL,
  -- What the model's DeploymentSpec writes, as text, so that numbers come back as they were sent.
  spec           filled_text NOT NULL,
  created_by     filled_text NOT NULL,
  create_time    timestamptz NOT NULL,
  PRIMARY KEY (deployment_id, number)
);

-- The rows of runs that came of a deployment; written with the run, in its transaction, and never changed, but for the worker
-- that is noted at the end.
CREATE TABLE run_deployment (
  run_id         uuid PRIMARY KEY,
  namespace      filled_name NOT NULL,
  deployment_id  uuid NOT NULL,
  version        positive_number NOT NULL,
  pool_id        uuid NOT NULL,
  queue_id       uuid NOT NULL,
  schedule_id    uuid,
  schedule_time  timestamptz,
  backfill_id    uuid,
  -- Over those of the version; null for none.
  job_variables  text,
  -- What a worker must have.
  worker_labels  json_object NOT NULL DEFAULT '{}',
  CHECK ((schedule_id IS NULL) = (schedule_time IS NULL))
);
CREATE INDEX run_deployment_list ON run_deployment (deployment_id, run_id);
CREATE INDEX run_deployment_schedule ON run_deployment (schedule_id, schedule_time) WHERE schedule_id IS NOT NULL;
CREATE INDEX run_deployment_backfill ON run_deployment (backfill_id, run_id) WHERE backfill_id IS NOT NULL;
