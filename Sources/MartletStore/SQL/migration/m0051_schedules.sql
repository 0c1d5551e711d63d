-- When deployments run: schedules, how far each has come, and backfills.

CREATE TABLE schedule (
  id             uuid PRIMARY KEY,
  namespace      filled_name NOT NULL,
  deployment_id  uuid NOT NULL,
  slug           filled_name NOT NULL,
  -- What the model's ScheduleSpec writes, as text.
  spec           filled_text NOT NULL,
  is_paused      boolean NOT NULL DEFAULT false,
  -- Rises with each change of the spec; part of the ids of its runs.
  generation     positive_number NOT NULL DEFAULT 1,
  -- Every time up to here has its run, or never will: the next change of the schedule counts from here at the earliest.
  made_until     timestamptz NOT NULL,
  -- Every time up to here was let go, skipped or missed.
  fired_until    timestamptz NOT NULL,
  -- When a scheduler must look at it; null: never, until somebody changes it.
  wake_time      timestamptz,
  -- Until when one replica deals with it; others pass it over.
  taken_until    timestamptz,
  -- Why nothing is made; empty when all is well.
  error          text NOT NULL DEFAULT '',
  create_time    timestamptz NOT NULL,
  UNIQUE (deployment_id, slug)
) WITH (fillfactor = 60);
CREATE INDEX schedule_wake ON schedule (wake_time) WHERE wake_time IS NOT NULL;

-- Schedules and backfills of which a run has ended that another may wait for; appended by whoever ends runs, taken by
-- the scheduler.
CREATE TABLE schedule_mark (
  number       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  schedule_id  uuid,
  backfill_id  uuid,
  CHECK ((schedule_id IS NULL) <> (backfill_id IS NULL))
);

CREATE TABLE backfill (
  id             uuid PRIMARY KEY,
  namespace      filled_name NOT NULL,
  deployment_id  uuid NOT NULL,
  schedule_id    uuid NOT NULL,
  from_time      timestamptz NOT NULL,
  to_time        timestamptz NOT NULL CHECK (to_time > from_time),
  only_missing   boolean NOT NULL,
  max_parallel   integer NOT NULL CHECK (max_parallel BETWEEN 1 AND 1000),
  newest_first   boolean NOT NULL,
  -- A JSON object as text; null for none.
  parameters     text,
  -- 1 active, 2 done, 3 cancelled.
  state          smallint NOT NULL CHECK (state BETWEEN 1 AND 3),
  -- How far its times have been dealt with; null at the beginning.
  made_until     timestamptz,
  times          natural_number NOT NULL DEFAULT 0,
  runs           natural_number NOT NULL DEFAULT 0,
  created_by     filled_text NOT NULL,
  create_time    timestamptz NOT NULL,
  end_time       timestamptz,
  taken_until    timestamptz,
  CHECK ((end_time IS NULL) = (state = 1))
);
CREATE INDEX backfill_list ON backfill (namespace, id);
CREATE INDEX backfill_active ON backfill (id) WHERE state = 1;
