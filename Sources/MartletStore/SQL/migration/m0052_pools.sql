-- Where runs of deployments wait for workers, and who the workers are.

CREATE TABLE pool (
  id                 uuid PRIMARY KEY,
  namespace          filled_name NOT NULL,
  name               filled_name NOT NULL,
  type               filled_name NOT NULL,
  description        text NOT NULL DEFAULT '',
  -- What the model's JobTemplate writes, as text.
  template           filled_text NOT NULL,
  -- Null: any number.
  concurrency_limit  natural_number,
  is_paused          boolean NOT NULL DEFAULT false,
  created_by         filled_text NOT NULL,
  create_time        timestamptz NOT NULL,
  update_time        timestamptz NOT NULL CHECK (update_time >= create_time),
  etag               positive_number NOT NULL DEFAULT 1,
  UNIQUE (namespace, name)
);

CREATE TABLE queue (
  id                 uuid PRIMARY KEY,
  namespace          filled_name NOT NULL,
  pool_id            uuid NOT NULL REFERENCES pool ON DELETE CASCADE,
  name               filled_name NOT NULL,
  description        text NOT NULL DEFAULT '',
  priority           integer NOT NULL CHECK (priority > 0),
  concurrency_limit  natural_number,
  is_paused          boolean NOT NULL DEFAULT false,
  create_time        timestamptz NOT NULL,
  update_time        timestamptz NOT NULL CHECK (update_time >= create_time),
  etag               positive_number NOT NULL DEFAULT 1,
  UNIQUE (pool_id, name)
);

CREATE TABLE worker (
  id           uuid PRIMARY KEY,
  namespace    filled_name NOT NULL,
  pool_id      uuid NOT NULL REFERENCES pool ON DELETE CASCADE,
  name         filled_name NOT NULL,
  -- The session whose lease says that it lives; others hold its earlier runs no more.
  session_id   uuid NOT NULL,
  version      text NOT NULL DEFAULT '',
  host         text NOT NULL DEFAULT '',
  labels       json_object NOT NULL DEFAULT '{}',
  queues       text[] NOT NULL DEFAULT '{}',
  deployments  text[] NOT NULL DEFAULT '{}',
  -- It was asked to leave.
  is_draining  boolean NOT NULL DEFAULT false,
  -- It says that it leaves, whoever asked for it.
  is_leaving   boolean NOT NULL DEFAULT false,
  create_time  timestamptz NOT NULL,
  seen_time    timestamptz NOT NULL,
  UNIQUE (pool_id, name)
) WITH (fillfactor = 70);
CREATE INDEX worker_session ON worker (session_id);

-- The runs of deployments that have not ended: where each stands between its pool and a worker. Written by the batch
-- that changes the run, in its transaction; how full pools, queues and deployments are, is counted here.
CREATE TABLE work_item (
  run_id         uuid PRIMARY KEY,
  namespace      filled_name NOT NULL,
  pool_id        uuid NOT NULL,
  queue_id       uuid NOT NULL,
  deployment_id  uuid NOT NULL,
  schedule_id    uuid,
  backfill_id    uuid,
  -- 1 waits for a worker, 2 is with one or with whoever else took it, 3 suspended.
  standing       smallint NOT NULL CHECK (standing BETWEEN 1 AND 3),
  -- 0 open; 1 the scheduler has not let it go yet; 2 it waits for another of its schedule to end; 3 its backfill has not
  -- let it go yet.
  gate           smallint NOT NULL CHECK (gate BETWEEN 0 AND 3),
  -- Waiting: when it may go.
  due            timestamptz NOT NULL,
  -- A JSON object: what a worker must have.
  worker_labels  json_object NOT NULL DEFAULT '{}',
  epoch          natural_number NOT NULL,
  -- The worker it was last offered to, and until when it may accept; null when it has, or when there is no offer.
  worker_id      uuid,
  offer_until    timestamptz,
  -- Until when one replica means to have offered it. Counts as taken until somebody clears this.
  taken_until    timestamptz,
  -- The worker that sent it back last, and why; null when none did since it was last with one.
  declined_by    text,
  decline_reason text,
  -- Whether it is called AwaitingConcurrencySlot.
  is_called      boolean NOT NULL DEFAULT false,
  -- How often an executor of it ended before it began.
  misfires       natural_integer NOT NULL DEFAULT 0
) WITH (fillfactor = 60);
CREATE INDEX work_item_ready ON work_item (queue_id, due, run_id) WHERE standing = 1 AND gate = 0;
-- By what is asked of a worker.
CREATE INDEX work_item_kind ON work_item (queue_id, deployment_id, jsonb_hash_extended(worker_labels, 0), due, run_id)
  WHERE standing = 1 AND gate = 0;
CREATE INDEX work_item_taken ON work_item (pool_id, queue_id) WHERE standing = 2 OR taken_until IS NOT NULL;
CREATE INDEX work_item_deployment ON work_item (deployment_id, is_called) WHERE standing = 1;
CREATE INDEX work_item_use ON work_item (deployment_id) WHERE standing = 2 OR taken_until IS NOT NULL;
CREATE INDEX work_item_schedule ON work_item (schedule_id, gate, due) WHERE schedule_id IS NOT NULL;
CREATE INDEX work_item_backfill ON work_item (backfill_id) WHERE backfill_id IS NOT NULL;
CREATE INDEX work_item_worker ON work_item (worker_id) WHERE worker_id IS NOT NULL;
CREATE INDEX work_item_offer ON work_item (offer_until) WHERE offer_until IS NOT NULL;
